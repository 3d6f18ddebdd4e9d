import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { createRemoteJWKSet, customFetch as joseFetch, decodeJwt, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { beforeEach, describe, expect, it } from 'vitest'
import { openid } from '../../src/provider/openid.ts'
import { createProvider, jwtVerifier, pages } from '../../src/public.ts'
import { givenCast } from '../support/fixture.ts'
import { answerIn, authorize, redeem, signedIn } from '../support/flow.ts'
import { ORIGIN, send, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { FILES } from '../support/resources.ts'

const ISSUER = `${ORIGIN}/id`
const VARS = { OAUTH_ISSUER: ISSUER }
const DOCUMENTS = [
  '/.well-known/oauth-authorization-server/id',
  '/.well-known/openid-configuration/id',
  '/id/.well-known/openid-configuration',
]
/** Addresses of documents that would name another issuer, or none. */
const OTHERS = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server/mcp',
  '/.well-known/oauth-authorization-server/id/',
  '/.well-known/openid-configuration/id/more',
  '/.well-known/openid-configuration/ID',
  '/mcp/.well-known/openid-configuration',
  '/mcp/id/.well-known/openid-configuration',
  '/id/mcp/.well-known/openid-configuration',
]

let alice: string

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('an issuer with a path', () => {
  must(
    'RFC 8414',
    '3.1',
    'is described where its path is inserted and where it is appended, by its own name',
    async () => {
      for (const path of DOCUMENTS) {
        const response = await send(path, {}, VARS)
        expect(response.status).toBe(200)
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
        expect(await response.json()).toMatchObject({
          issuer: ISSUER,
          token_endpoint: `${ORIGIN}/oauth2/token`,
          authorization_endpoint: `${ORIGIN}/oauth2/authorize`,
          jwks_uri: `${ORIGIN}/oauth2/jwks`,
        })
      }
    },
  )

  must(
    'RFC 8414',
    '3.3',
    'is described nowhere else, as a document must name who was asked for',
    async () => {
      for (const path of OTHERS) expect((await send(path, {}, VARS)).status).toBe(404)
      for (const path of [...DOCUMENTS, ...OTHERS.slice(2)]) expect((await send(path)).status).toBe(404)
    },
  )

  it.each(['oauth2', 'oidc'] as const)(
    'is found by oauth4webapi, which compares it: %s',
    async (algorithm) => {
      const issuer = new URL(ISSUER)
      const options = { algorithm, [oauth.customFetch]: async (url: string) => send(url, {}, VARS) } as const
      const server = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, options),
      )
      expect(server.issuer).toBe(ISSUER)
    },
  )

  must('RFC 9207', '2', 'is the one that responses, ID tokens, UserInfo and introspection name', async () => {
    const browser = await signedIn(alice, VARS)
    const answer = answerIn(await authorize(browser, { scope: 'openid', nonce: 'n' }))
    expect(answer['iss']).toBe(ISSUER)
    const tokens = await redeem(answer['code'] ?? '', {}, VARS)
    const keys = createRemoteJWKSet(new URL(`${ORIGIN}/oauth2/jwks`), {
      [joseFetch]: async (url) => send(url, {}, VARS),
    })
    const { payload } = await jwtVerify(String(tokens['id_token']), keys, {
      issuer: ISSUER,
      audience: 'web',
    })
    expect(payload.sub).toBe(alice)
    const headers = { Authorization: `Bearer ${tokens.access_token}` }
    expect((await send('/oauth2/userinfo', { headers }, VARS)).status).toBe(200)
  })

  must('RFC 9728', '3', 'is the authorization server of the resources of its origin', async () => {
    for (const path of ['', '/mcp']) {
      const described = await send(`/.well-known/oauth-protected-resource${path}`, {}, VARS)
      expect(await described.json()).toMatchObject({
        resource: `${ORIGIN}${path}`,
        authorization_servers: [ISSUER],
      })
    }
  })

  must('RFC 9068', '4', 'is found by the middleware of an API elsewhere, by its name alone', async () => {
    const vars = {
      ...VARS,
      OAUTH_RESOURCES: JSON.stringify({ [FILES]: { name: 'Files', token_format: 'jwt' } }),
    }
    const { access_token } = await tokensOf({ resource: FILES }, vars)
    expect(decodeJwt(access_token).iss).toBe(ISSUER)
    const verify = jwtVerifier({
      issuer: ISSUER,
      audience: FILES,
      fetch: async (asked) => send(new Request(asked).url, {}, vars),
    })
    expect(await verify(access_token)).toMatchObject({ clientId: 'web' })
  })

  it('leaves the same addresses for other issuers to other parts of the Worker', async () => {
    const paths = { oauth2: '/id/oauth2', login: '/id/login', logout: '/id/logout', account: '/id/account' }
    const provider = createProvider({ features: [pages(), openid()], paths, issuer: ISSUER })
    const app = new Hono()
      .route(paths.oauth2, provider)
      .route('/', provider.wellKnown)
      .route('/', provider.pages)
      .get('/.well-known/oauth-authorization-server/other', (c) => c.text('another issuer'))
      .all('/other/.well-known/openid-configuration', (c) => c.text('another issuer'))
    const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
      const context = createExecutionContext()
      const response = await app.fetch(new Request(`${ORIGIN}${path}`, init), env, context)
      await waitOnExecutionContext(context)
      return response
    }
    for (const path of DOCUMENTS) {
      expect(await (await ask(path)).json()).toMatchObject({
        issuer: ISSUER,
        token_endpoint: `${ORIGIN}/id/oauth2/token`,
      })
    }
    for (const path of [
      '/.well-known/oauth-authorization-server/other',
      '/other/.well-known/openid-configuration',
    ]) {
      expect(await (await ask(path)).text()).toBe('another issuer')
    }
    const preflight = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' }
    for (const init of [{ method: 'POST' }, { method: 'OPTIONS', headers: preflight }]) {
      const response = await ask('/other/.well-known/openid-configuration', init)
      expect(await response.text()).toBe('another issuer')
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
    expect((await ask('/id/login')).status).toBe(200)
  })
})
