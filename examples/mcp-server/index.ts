import { createMcpHandler } from '@modelcontextprotocol/server'
import { createProvider, pages, type ProtectedEnv, type ProviderBindings } from 'edge-oauth2-provider'
import { clientIdMetadata } from 'edge-oauth2-provider/client-id-metadata'
import { registration } from 'edge-oauth2-provider/registration'
import { resources } from 'edge-oauth2-provider/resources'
import { Hono } from 'hono'
import { byTool, notesServer } from './notes.ts'

// Clients bring the address of a document, or register themselves.
const provider = createProvider({
  features: [pages(), resources(), clientIdMetadata(), registration({ registration: 'open' })],
  expireDeltaPublic: 3600,
})
const mcp = createMcpHandler(({ authInfo }) => notesServer(String(authInfo?.extra?.['username'])))

const app = new Hono<{ Bindings: ProviderBindings } & ProtectedEnv>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

// Whoever lacks a token learns where to get one; whoever lacks a scope, which one to ask for; a token for another server is none.
app.use(
  '/mcp',
  byTool((...scopes) => provider.requireScope(...scopes)),
)
app.all('/mcp', async (c) => {
  const { clientId, expiresAt, scopes, user } = c.get('oauth2')
  const token = c.req.header('Authorization')?.split(' ')[1] ?? ''
  return mcp.fetch(c.req.raw, {
    authInfo: { token, clientId, scopes: [...scopes], expiresAt, extra: { username: user?.username } },
  })
})

export default app
