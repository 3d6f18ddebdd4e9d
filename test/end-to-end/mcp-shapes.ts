import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arrayBuffer, json } from 'node:stream/consumers'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { Hono, type MiddlewareHandler } from 'hono'
import { notesServer } from '../../examples/mcp-server/notes.ts'
import { seed } from '../../examples/mcp-server/seed.ts'
import { seedDemo } from '../../src/cli/seed.ts'
import { dpopProofs } from '../../src/dpop/index.ts'
import {
  introspectionVerifier,
  protectedResourceMetadata,
  type ProtectedEnv,
  requireScope,
} from '../../src/public.ts'
import { serve, type Served } from './harness.ts'

/** How an MCP server looks, and the way from it to its provider: the scenarios of `@modelcontextprotocol/conformance` for clients. */
export interface Shape {
  /** Where the server describes itself (RFC 9728); null if it does not. */
  readonly describedAt?: string | null
  /** Its challenges say where. */
  readonly isNamed?: boolean
  /** Scopes that the description names. */
  readonly scopes?: readonly string[]
  /** Which scopes a tool needs, and challenges name. */
  readonly needs?: (tool: string | null) => readonly string[]
  /** Members of the description that are not as they should be. */
  readonly description?: Readonly<Record<string, unknown>>
  /** What the server's own origin answers for the provider, if that is there and not elsewhere; null for what is not found. */
  readonly provider?: (path: string) => 'pass' | null | ((answer: Record<string, unknown>) => object)
}

/** A provider on a socket, and MCP servers that it protects. */
export interface Shapes {
  readonly provider: Served
  /** Opens a server of this shape; its address is a protected resource of the provider. */
  readonly open: (shape?: Shape) => URL
  /** What clients asked at the servers' origins, in order. */
  readonly asked: string[]
  readonly close: () => Promise<void>
}

/** Servers that a test file can open. The provider remembers which resources it has, so it knows all of them at once. */
const SERVERS = 24
const WELL_KNOWN = '/.well-known/oauth-protected-resource'

interface Opened {
  readonly server: Server
  readonly origin: string
}

async function listen(): Promise<Opened> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Serves a provider with the demo data, at which clients may register. */
export async function openShapes(vars: Readonly<Record<string, string>> = {}): Promise<Shapes> {
  const provider = await serve({ OAUTH_REGISTRATION: 'open', ...vars })
  await seedDemo(provider.session, `${provider.url.origin}/demo/callback`)
  const asked: string[] = []
  const free: Opened[] = []
  for (let made = 0; made < SERVERS; made++) {
    const opened = await listen()
    await seed(provider.session, opened.origin)
    free.push(opened)
  }
  const all = [...free]
  return {
    provider,
    asked,
    open(shape = {}) {
      const opened = free.pop()
      if (!opened) throw new Error('There is no server left.')
      const { origin, server } = opened
      const app = serverOf(shape, origin, provider.url.origin)
      server.on('request', (incoming, response) => {
        const { pathname } = new URL(incoming.url ?? '', origin)
        asked.push(`${incoming.method} ${pathname}`)
        const pass = pathname === '/mcp' ? null : (shape.provider?.(pathname) ?? null)
        if (pass === null) void answerBy(app, origin, incoming, response)
        else forward(provider.url, incoming, response, pass === 'pass' ? null : pass)
      })
      return new URL('/mcp', origin)
    },
    async close() {
      for (const { server } of all) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      await provider.close()
    },
  }
}

/** The MCP server itself: the tools of the example, protected by introspection. */
function serverOf(shape: Shape, origin: string, issuer: string): Hono<ProtectedEnv> {
  const { describedAt = `${WELL_KNOWN}/mcp`, isNamed = true, needs = () => ['read'], scopes = [] } = shape
  const resource = `${origin}/mcp`
  const mcp = createMcpHandler(({ authInfo }) => notesServer(String(authInfo?.extra?.['username'])))
  const endpoint = `${issuer}/oauth2/introspect`
  const verify = introspectionVerifier({
    endpoint,
    clientId: 'demo',
    clientSecret: 'demo-secret',
    cacheFor: 0,
  })
  const app = new Hono<ProtectedEnv>()
  if (describedAt !== null) {
    const authorizationServers = [shape.provider ? origin : issuer]
    const { scopes_supported: names, ...described } = protectedResourceMetadata({
      resource,
      authorizationServers,
      scopes,
    })
    app.get(describedAt, (c) =>
      c.json({ ...described, ...(scopes.length > 0 && { scopes_supported: names }), ...shape.description }),
    )
  }
  const protect: MiddlewareHandler<ProtectedEnv> = async (c, next) => {
    const middleware = requireScope<ProtectedEnv>([...needs(await toolOf(c.req.raw))], {
      verify,
      ...(describedAt !== null && { resource }),
      proofs: dpopProofs(),
      resourceMetadata: isNamed && describedAt !== null && `${origin}${describedAt}`,
    })
    return middleware(c, next)
  }
  app.use('/mcp', protect)
  app.all('/mcp', async (c) => {
    const { clientId, expiresAt, scopes: given, user } = c.get('oauth2')
    const extra = { username: user?.username ?? clientId }
    return mcp.fetch(c.req.raw, { authInfo: { token: '', clientId, scopes: [...given], expiresAt, extra } })
  })
  return app
}

async function toolOf(asked: Request): Promise<string | null> {
  if (asked.method !== 'POST') return null
  const { params } = await asked.clone().json<{ params?: { name?: string } }>()
  return params?.name ?? null
}

async function answerBy(
  app: Hono<ProtectedEnv>,
  origin: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await arrayBuffer(incoming)
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  const { method = 'GET', url = '' } = incoming
  const asked = new Request(new URL(url, origin), { method, headers, ...(body.byteLength > 0 && { body }) })
  const answer = await app.fetch(asked)
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(new Uint8Array(await answer.arrayBuffer()))
}

/** Asks the provider under the server's own name, so that it is the issuer; changes what it answers. */
function forward(
  to: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
  change: ((answer: Record<string, unknown>) => object) | null,
): void {
  const { headers, method, url } = incoming
  const { 'accept-encoding': _, ...plain } = headers
  const sent = request({ host: to.hostname, port: to.port, method, path: url, headers: plain }, (answer) => {
    if (!change) {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      return
    }
    void answerChanged(answer, response, change)
  })
  incoming.pipe(sent)
}

async function answerChanged(
  answer: IncomingMessage,
  response: ServerResponse,
  change: (answer: Record<string, unknown>) => object,
): Promise<void> {
  const changed = change((await json(answer)) as Record<string, unknown>)
  response.writeHead(answer.statusCode ?? 502, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(changed))
}
