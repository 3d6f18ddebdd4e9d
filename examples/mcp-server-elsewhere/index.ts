import { createMcpHandler } from '@modelcontextprotocol/server'
import {
  type AccessTokenService,
  type ProtectedEnv,
  protectedResourceMetadata,
  requireScope,
  rpcVerifier,
} from 'edge-oauth2-provider'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { byTool, notesServer } from '../mcp-server/notes.ts'

interface Bindings {
  /** The provider's Worker. */
  readonly AUTH: AccessTokenService
  /** Its issuer. */
  readonly AUTHORIZATION_SERVER: string
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const mcp = createMcpHandler(({ authInfo }) => notesServer(String(authInfo?.extra?.['username'])))

const app = new Hono<{ Bindings: Bindings } & ProtectedEnv>()

// What the server says of itself (RFC 9728): pages such as the MCP Inspector read it, too.
app.use('*', cors({ origin: '*', exposeHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] }))
for (const path of [WELL_KNOWN, `${WELL_KNOWN}/mcp`]) {
  app.get(path, (c) =>
    c.json(
      protectedResourceMetadata({
        resource: new URL('/mcp', c.req.url).href,
        authorizationServers: [c.env.AUTHORIZATION_SERVER],
        scopes: ['read', 'write'],
      }),
    ),
  )
}

app.use(
  '/mcp',
  byTool((...scopes) =>
    requireScope<{ Bindings: Bindings }>(scopes, {
      verify: rpcVerifier<Bindings>(({ AUTH }) => AUTH),
      resourceMetadata: (c) => new URL(`${WELL_KNOWN}/mcp`, c.req.url).href,
    }),
  ),
)
app.all('/mcp', async (c) => {
  const { clientId, expiresAt, scopes, user } = c.get('oauth2')
  const token = c.req.header('Authorization')?.split(' ')[1] ?? ''
  return mcp.fetch(c.req.raw, {
    authInfo: { token, clientId, scopes: [...scopes], expiresAt, extra: { username: user?.username } },
  })
})

export default app
