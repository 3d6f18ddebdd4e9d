import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { resources } from '../../src/provider/resources.ts'
import {
  createProvider,
  pages,
  type ProtectedEnv,
  type ProviderBindings,
  requireScope,
} from '../../src/public.ts'
import { introspectionVerifier } from '../../src/public.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { givenUser } from '../support/fixture.ts'
import { ORIGIN, post, send, tokensOf, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'
import { FILES, MAIL, givenAdminScope, RESOURCES } from '../support/resources.ts'
import { givenAdminToken } from '../support/tokens.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const OWN = `${ORIGIN}/mcp`
const VARS: Vars = {
  ...RESOURCES,
  OAUTH_RESOURCES: JSON.stringify({
    [OWN]: { name: 'Tools', scope: 'read write' },
    [FILES]: { name: 'Files', scope: 'read write' },
  }),
}

type ApiEnv = { Bindings: ProviderBindings } & ProtectedEnv

/** APIs in the provider's own Worker. */
function api(): Hono<ApiEnv> {
  const provider = createProvider({ features: [pages(), resources()] })
  const app = new Hono<ApiEnv>()
  app.get('/mcp', provider.requireScope('read', 'write'), (c) => c.json(c.get('oauth2')))
  app.get('/mcp/below', provider.requireScope(), (c) => c.text('below'))
  app.get('/named', provider.requireScope('read', { resource: '/mcp' }), (c) => c.text('named'))
  app.get('/any', provider.requireAnyScope('read', 'mail', { resource: FILES }), (c) => c.text('any'))
  app.get('/api', provider.requireScope('read'), (c) => c.text('api'))
  return app
}

async function call(path: string, token?: string, vars: Vars = VARS): Promise<Response> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const request = new Request(`${ORIGIN}${path}`, { headers })
  return api().fetch(request, { ...env, ...vars }, createExecutionContext())
}

async function tokenFor(resource?: string, scope = 'read write'): Promise<string> {
  const answer = await tokensOf({ scope, ...(resource !== undefined && { resource }) }, VARS)
  expect(answer).toMatchObject({ status: 200 })
  return answer.access_token
}

describe('protected resource metadata', () => {
  must(
    'RFC 9728',
    '3.1',
    'describes each resource of its origin at the path that goes behind the well-known one',
    async () => {
      const document = await send(`${WELL_KNOWN}/mcp`, {}, VARS)
      expect(await document.json()).toEqual({
        resource: OWN,
        resource_name: 'Tools',
        authorization_servers: [ORIGIN],
        scopes_supported: ['read', 'write'],
        bearer_methods_supported: ['header'],
      })
      expect(document.headers.get('Access-Control-Allow-Origin')).toBe('*')
    },
  )

  must('RFC 9728', '3.3', 'describes no address that is not a resource, once there are some', async () => {
    expect((await send(`${WELL_KNOWN}/other`, {}, VARS)).status).toBe(404)
    expect(await (await send(WELL_KNOWN, {}, VARS)).json()).toMatchObject({ resource: ORIGIN })
  })

  must(
    'RFC 9728',
    '2',
    'never asks for offline_access, which is in the metadata of the server alone',
    async () => {
      const vars = {
        OAUTH_RESOURCES: JSON.stringify({ [OWN]: { name: 'Tools', scope: 'offline_access read' } }),
      }
      expect(await (await send(`${WELL_KNOWN}/mcp`, {}, vars)).json()).toMatchObject({
        scopes_supported: ['read'],
      })
      expect(await (await send('/.well-known/oauth-authorization-server', {}, vars)).json()).toMatchObject({
        scopes_supported: expect.arrayContaining(['offline_access']) as unknown,
      })
    },
  )
})

describe('challenges', () => {
  beforeEach(givenCast)

  must(
    'RFC 9728',
    '5.1',
    'name the metadata of the resource, and the scope that is needed, without a token',
    async () => {
      const response = await call('/mcp')
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).toBe(
        `Bearer realm="oauth2", scope="read write", resource_metadata="${ORIGIN}${WELL_KNOWN}/mcp"`,
      )
      expect((await call('/mcp/below')).headers.get('WWW-Authenticate')).toBe(
        `Bearer realm="oauth2", resource_metadata="${ORIGIN}${WELL_KNOWN}/mcp"`,
      )
      expect((await call('/named')).headers.get('WWW-Authenticate')).toContain(`${WELL_KNOWN}/mcp"`)
      expect((await call('/any')).headers.get('WWW-Authenticate')).toContain(
        `scope="read mail", resource_metadata="https://files.example${WELL_KNOWN}/mcp"`,
      )
      expect((await call('/api')).headers.get('WWW-Authenticate')).toContain(
        `resource_metadata="${ORIGIN}${WELL_KNOWN}"`,
      )
    },
  )

  must('RFC 6750', '3.1', 'name every scope that is needed with 403 insufficient_scope', async () => {
    const response = await call('/mcp', await tokenFor(OWN, 'read'))
    expect(response.status).toBe(403)
    const challenge = response.headers.get('WWW-Authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="read write"')
    expect(challenge).toContain(`resource_metadata="${ORIGIN}${WELL_KNOWN}/mcp"`)
    expect((await call('/mcp', await tokenFor(OWN, 'write'))).status).toBe(200)
  })
})

describe('the audience of a token', () => {
  beforeEach(givenCast)

  async function expectRefused(response: Response): Promise<void> {
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
    expect(await response.json()).toMatchObject({ error: 'invalid_token' })
  }

  must(
    'RFC 8707',
    '3',
    'threat 110: a token for one resource is refused at another with invalid_token',
    async () => {
      const files = await tokenFor(FILES)
      for (const path of ['/mcp', '/mcp/below', '/named', '/api'])
        await expectRefused(await call(path, files))
      const own = await tokenFor(OWN)
      for (const path of ['/any', '/api']) await expectRefused(await call(path, own))
      for (const path of ['/mcp', '/mcp/below', '/named']) expect((await call(path, own)).status).toBe(200)
      expect((await call('/any', files)).status).toBe(200)
    },
  )

  must(
    'RFC 8707',
    '3',
    'threat 110: a token for no resource is refused where the resource is named or set up',
    async () => {
      const plain = await tokenFor()
      for (const path of ['/mcp', '/named', '/any']) await expectRefused(await call(path, plain))
      expect((await call('/api', plain)).status).toBe(200)
    },
  )

  must(
    'RFC 8707',
    '3',
    'a token for the origin is good at its APIs that are no resource of their own',
    async () => {
      const origin = await tokenFor(ORIGIN)
      expect((await call('/api', origin)).status).toBe(200)
      await expectRefused(await call('/mcp', origin))
    },
  )

  it('is told to the API', async () => {
    expect(await (await call('/mcp', await tokenFor(OWN))).json()).toMatchObject({ audience: [OWN] })
  })

  it('threat 110: a token for another resource does not open the API of the panel', async () => {
    const staff = await givenUser('staff', { isStaff: true })
    const vars = { OAUTH_RESOURCES: JSON.stringify({ [FILES]: { name: 'Files' } }) }
    await givenAdminScope()
    const plain = await givenAdminToken(staff, vars)
    const headers = (token: string): RequestInit => ({ headers: { Authorization: `Bearer ${token}` } })
    expect((await send('/admin/api/clients', headers(plain), vars)).status).toBe(200)
    await env.DB.prepare(`UPDATE grants SET access_resource = '["${FILES}"]'`).run()
    expect((await send('/admin/api/clients', headers(plain), vars)).status).toBe(401)
  })

  it('is checked by an API elsewhere that asks by introspection', async () => {
    const verify = introspectionVerifier({
      endpoint: `${ORIGIN}/oauth2/introspect`,
      clientId: 'other',
      clientSecret: SECRET,
      fetch: async (_url, init) =>
        post(
          '/oauth2/introspect',
          new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : '').toString(),
          Object.fromEntries(new Headers(init?.headers)),
          RESOURCES,
        ),
    })
    const app = new Hono<ProtectedEnv>()
    app.get('/mcp', requireScope('read', { verify, resource: FILES }), (c) => c.text('files'))
    app.get('/mcp/below', requireScope('read', { verify }), (c) => c.text('below'))
    const ask = async (path: string, resource?: string): Promise<number> => {
      const { access_token: token } = await tokensOf(
        { ...(resource !== undefined && { resource }) },
        RESOURCES,
      )
      const headers = { Authorization: `Bearer ${token}` }
      return (await app.request(`https://files.example${path}`, { headers })).status
    }
    expect(await ask('/mcp', FILES)).toBe(200)
    expect(await ask('/mcp', MAIL)).toBe(401)
    expect(await ask('/mcp')).toBe(401)
    // Who does not say which resource it is takes what is for its address, and what is for none.
    expect(await ask('/mcp/below', FILES)).toBe(200)
    expect(await ask('/mcp/below', MAIL)).toBe(401)
    expect(await ask('/mcp/below')).toBe(200)
    const challenge = (await app.request('https://files.example/mcp')).headers.get('WWW-Authenticate')
    expect(challenge).toContain(`resource_metadata="https://files.example${WELL_KNOWN}/mcp"`)
  })
})
