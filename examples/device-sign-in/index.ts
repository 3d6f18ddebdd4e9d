import { createProvider, pages, type ProtectedEnv, type ProviderBindings } from 'edge-oauth2-provider'
import { deviceFlow } from 'edge-oauth2-provider/device'
import { Hono } from 'hono'

const provider = createProvider({ features: [pages(), deviceFlow()] })

const app = new Hono<{ Bindings: ProviderBindings } & ProtectedEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)
app.get('/api/me', provider.requireScope('read'), (c) => c.json({ user: c.get('oauth2').user?.username }))

export default app
