import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createProvider,
  type ProviderBindings,
  type ProtectedEnv,
  requireScope,
  rpcVerifier,
} from '../../src/public.ts'
import { introspectionVerifier } from '../../src/resource-server/introspection-verifier.ts'
import { satisfiesScope } from '../../src/resource-server/require-scope.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { ORIGIN, revoke, send, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { countTrips } from '../support/trips.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const described = (path: string) => `resource_metadata="https://api.example${WELL_KNOWN}${path}"`

type ApiEnv = { Bindings: ProviderBindings } & ProtectedEnv

/** An API in the provider's own Worker. */
function api(): Hono<ApiEnv> {
  const provider = createProvider()
  const app = new Hono<ApiEnv>()
  app.get('/read', provider.requireScope('read'), (c) => c.json(c.get('oauth2')))
  app.get('/both', provider.requireScope('read', 'write'), (c) => c.text('both'))
  app.get('/any', provider.requireAnyScope('admin', 'read'), (c) => c.text('any'))
  return app
}

async function call(
  path: string,
  headers: Record<string, string> = {},
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  const request = new Request(`https://api.example${path}`, { headers })
  return api().fetch(request, { ...env, ...bindings }, createExecutionContext())
}

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

describe('requireScope', () => {
  beforeEach(givenCast)

  must('RFC 6750', '3.1', 'refuses a request without credentials with 401 and no error code', async () => {
    const response = await call('/read')
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe(
      `Bearer realm="oauth2", scope="read", ${described('/read')}`,
    )
    expect(await response.text()).toBe('')
  })

  must('RFC 6750', '3.1', 'refuses credentials of another kind like none at all', async () => {
    const { access_token: token } = await tokensOf()
    for (const Authorization of [`Basic ${token}`, token, 'Digest x']) {
      const response = await call('/read', { Authorization })
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).not.toContain('error=')
    }
  })

  must('RFC 6750', '2.3', 'does not take a token from the URL', async () => {
    const { access_token: token } = await tokensOf()
    expect((await call(`/read?access_token=${token}`)).status).toBe(401)
    const both = await call(`/read?access_token=${token}`, bearer(token))
    expect(both.status).toBe(400)
    expect(both.headers.get('WWW-Authenticate')).toContain('error="invalid_request"')
  })

  must('RFC 6750', '3.1', 'refuses a forged, revoked or other token with 401 invalid_token', async () => {
    const { access_token: token, refresh_token: refreshToken = '' } = await tokensOf()
    await revoke(token)
    for (const dead of [
      token,
      refreshToken,
      `${token.slice(0, -1)}A`,
      'at_',
      "at_' OR 1=1",
      'x'.repeat(5000),
    ]) {
      const response = await call('/read', bearer(dead))
      expect([400, 401]).toContain(response.status)
      expect(response.headers.get('WWW-Authenticate')).toMatch(/error="invalid_(?:token|request)"/)
      expect(await response.text()).not.toContain(dead.slice(0, 40))
    }
  })

  must(
    'RFC 6750',
    '3.1',
    'refuses a token without the scope with 403 insufficient_scope, and names the scope',
    async () => {
      const { access_token: token } = await tokensOf()
      const response = await call('/both', bearer(token))
      expect(response.status).toBe(403)
      expect(response.headers.get('WWW-Authenticate')).toBe(
        `Bearer realm="oauth2", error="insufficient_scope", error_description="The access token lacks a scope.", scope="read write", ${described('/both')}`,
      )
    },
  )

  it('lets a token through and says whose it is', async () => {
    const { access_token: token } = await tokensOf()
    const response = await call('/read', { Authorization: `bearer ${token}` })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      clientId: 'web',
      user: { username: 'alice' },
      scope: 'read',
      scopes: ['read'],
    })
    expect((await call('/any', bearer(token))).status).toBe(200)
  })

  it('lets write read, by the bits of the seed', async () => {
    const { access_token: token } = await tokensOf({ scope: 'write' })
    expect((await call('/read', bearer(token))).status).toBe(200)
    expect((await call('/both', bearer(token))).status).toBe(200)
    expect(satisfiesScope(['read'], 'write')).toBe(false)
    expect(satisfiesScope(['custom'], 'custom')).toBe(true)
    expect(satisfiesScope(['custom'], 'constructor')).toBe(false)
  })

  it('costs one trip, and none for a token that we did not mint', async () => {
    const { access_token: token } = await tokensOf()
    const live = countTrips()
    expect((await call('/read', bearer(token), live.vars)).status).toBe(200)
    expect(live).toMatchObject({ d1: 1, kv: 0 })
    const forged = countTrips()
    expect((await call('/read', bearer(`${token.slice(0, -3)}AAA`), forged.vars)).status).toBe(401)
    expect(forged).toMatchObject({ d1: 0, kv: 0 })
  })

  it('lets a client credentials token through without a user', async () => {
    const { access_token: token } = await tokensOf({ client_id: 'service', grant_type: 'client_credentials' })
    expect(await (await call('/read', bearer(token))).json()).toMatchObject({
      clientId: 'service',
      user: null,
    })
  })
})

describe('in another Worker', () => {
  beforeEach(givenCast)

  const ask = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
    send(new URL(input instanceof Request ? input.url : input).pathname, init)

  function remote(
    verify: (token: string) => ReturnType<ReturnType<typeof introspectionVerifier>>,
  ): Hono<ProtectedEnv> {
    const app = new Hono<ProtectedEnv>()
    app.get('/read', requireScope('read', { verify, resourceMetadata: false }), (c) =>
      c.json(c.get('oauth2')),
    )
    return app
  }

  it('asks the introspection endpoint, once while the answer is remembered', async () => {
    const { access_token: token, refresh_token: refreshToken = '' } = await tokensOf()
    const spy = vi.fn<typeof ask>(ask)
    const options = {
      endpoint: `${ORIGIN}/oauth2/introspect`,
      clientId: 'web',
      clientSecret: SECRET,
      fetch: spy,
    }
    const app = remote(introspectionVerifier(options))
    for (let times = 0; times < 3; times++) {
      const response = await app.request('/read', { headers: bearer(token) })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        clientId: 'web',
        user: { username: 'alice' },
        scopes: ['read'],
      })
    }
    expect(spy).toHaveBeenCalledTimes(1)
    // Its own client is told that a refresh token lives; it is no access token for all that.
    expect((await app.request('/read', { headers: bearer(refreshToken) })).status).toBe(401)
  })

  it('asks each time with cacheFor 0, so a revoked token is refused at once', async () => {
    const { access_token: token } = await tokensOf()
    const options = {
      endpoint: `${ORIGIN}/oauth2/introspect`,
      clientId: 'other',
      clientSecret: SECRET,
      fetch: ask,
      cacheFor: 0,
    }
    const app = remote(introspectionVerifier(options))
    expect((await app.request('/read', { headers: bearer(token) })).status).toBe(200)
    await revoke(token)
    expect((await app.request('/read', { headers: bearer(token) })).status).toBe(401)
  })

  it('does not let anybody in while introspection fails', async () => {
    const { access_token: token } = await tokensOf()
    const wrong = {
      endpoint: `${ORIGIN}/oauth2/introspect`,
      clientId: 'other',
      clientSecret: 'wrong',
      fetch: ask,
    }
    expect(
      (await remote(introspectionVerifier(wrong)).request('/read', { headers: bearer(token) })).status,
    ).toBe(500)
  })

  it('calls the provider over a service binding', async () => {
    const { access_token: token } = await tokensOf()
    const provider = createProvider()
    const AUTH = { verifyAccessToken: (value: string) => provider.verifyAccessToken(value, env) }
    const app = new Hono<{ Bindings: { AUTH: typeof AUTH } } & ProtectedEnv>()
    const verify = rpcVerifier<{ AUTH: typeof AUTH }>((bindings) => bindings.AUTH)
    app.get('/read', requireScope<{ Bindings: { AUTH: typeof AUTH } }>('read', { verify }), (c) =>
      c.text(c.get('oauth2').clientId),
    )
    expect(await (await app.request('/read', { headers: bearer(token) }, { AUTH })).text()).toBe('web')
    expect((await app.request('/read', { headers: bearer('at_x') }, { AUTH })).status).toBe(401)
  })
})

describe('metadata', () => {
  must('RFC 9728', '3.2', 'describes the protected resource', async () => {
    const response = await send('/.well-known/oauth-protected-resource')
    expect(await response.json()).toEqual({
      resource: ORIGIN,
      authorization_servers: [ORIGIN],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    })
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })

  must(
    'RFC 9728',
    '3.3',
    'describes the very URL that was asked for, where its challenge says, behind a proxy that asks for another host, too',
    async () => {
      const vars = { OAUTH_ISSUER: 'https://id.public.example' }
      for (const path of ['/read', '/both', '/any', '/read?x=1']) {
        const challenge = (await call(path, {}, vars)).headers.get('WWW-Authenticate') ?? ''
        const url = URL.parse(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '')
        expect(url?.href).toBe(`https://id.public.example${WELL_KNOWN}${path.replace(/\?.*/, '')}`)
        const document = await send(url?.pathname ?? '', {}, vars)
        expect(await document.json()).toMatchObject({
          resource: `https://id.public.example${path.replace(/\?.*/, '')}`,
          authorization_servers: ['https://id.public.example'],
        })
      }
    },
  )

  must(
    'RFC 9728',
    '3.3',
    'describes the demo resource and the API of the panel by their own URLs',
    async () => {
      const vars = { OAUTH_DEMO: 'true' }
      for (const path of ['/demo/api', '/admin/api/clients']) {
        const challenge = (await send(path, {}, vars)).headers.get('WWW-Authenticate') ?? ''
        expect(challenge).toContain(`resource_metadata="${ORIGIN}${WELL_KNOWN}${path}"`)
        expect(await (await send(`${WELL_KNOWN}${path}`)).json()).toMatchObject({
          resource: `${ORIGIN}${path}`,
        })
      }
    },
  )

  must('RFC 9728', '3.1', 'leaves out the slash of an API that is at the root', async () => {
    const root = createProvider()
    const app = new Hono<ApiEnv>().get('/', root.requireScope('read'), (c) => c.text('root'))
    const answer = await app.fetch(new Request('https://api.example/'), env, createExecutionContext())
    expect(answer.headers.get('WWW-Authenticate')).toContain(described(''))
  })
})
