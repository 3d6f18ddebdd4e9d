import { createProvider, type ProtectedEnv } from 'edge-oauth2-provider'
import { german } from 'edge-oauth2-provider/german'
import { accessTokenEntrypoint } from 'edge-oauth2-provider/rpc'
import { Hono } from 'hono'

interface Bindings {
  readonly DB: D1Database
  readonly KV: KVNamespace
  readonly SECRET_KEY: string
}

const provider = createProvider({ expireDelta: 3600, languages: [german] })

const app = new Hono<{ Bindings: Bindings } & ProtectedEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.get('/orders', provider.requireScope('read'), (c) => c.json({ client: c.get('oauth2').clientId }))

export const AccessTokens = accessTokenEntrypoint(provider)

export default app
