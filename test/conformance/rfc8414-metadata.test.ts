import { beforeEach, describe, expect } from 'vitest'
import { givenCast } from '../support/fixture.ts'
import { answerOf, ORIGIN, post, send, token, type Vars } from '../support/http.ts'
import { must } from '../support/must.ts'
import { countTrips } from '../support/trips.ts'

const PATH = '/.well-known/oauth-authorization-server'

/** Metadata as tests read it. */
interface Metadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly grant_types_supported: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly introspection_endpoint_auth_methods_supported: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly [name: string]: unknown
}

async function metadata(url = PATH, init: RequestInit = {}, vars: Vars = {}) {
  const response = await send(url, init, vars)
  expect(response.status).toBe(200)
  return response.json<Metadata>()
}

/** Names and URLs of the endpoints that are announced. */
function endpointsOf(announced: Metadata): [string, string][] {
  return Object.entries(announced).filter(
    (entry): entry is [string, string] => entry[0].endsWith('_endpoint') && typeof entry[1] === 'string',
  )
}

describe('metadata', () => {
  beforeEach(givenCast)

  must(
    'RFC 8414',
    '3',
    'is JSON at the well-known path, costs no storage, and is for GET alone',
    async () => {
      const trips = countTrips()
      const response = await send(PATH, {}, trips.vars)
      expect(response.status).toBe(200)
      expect(response.headers.get('Content-Type')).toBe('application/json')
      expect(trips).toMatchObject({ d1: 0, depth: 0, kv: 0 })
      expect((await post(PATH, '')).status).toBeGreaterThanOrEqual(404)
    },
  )

  must(
    'RFC 8414',
    '3.3',
    'names the issuer that the address of the document was built from, byte for byte',
    async () => {
      for (const origin of [ORIGIN, 'https://id.example:8443', 'http://localhost:8787']) {
        for (const name of ['oauth-authorization-server', 'openid-configuration']) {
          expect((await metadata(`${origin}/.well-known/${name}`)).issuer).toBe(origin)
        }
        // What an MCP client follows: from the resource to its authorization server, and from there to the document.
        const resource = await metadata(`${origin}/.well-known/oauth-protected-resource/mcp`)
        expect(resource['authorization_servers']).toEqual([origin])
      }
    },
  )

  must(
    'RFC 8414',
    '3.1',
    'describes no issuer with a path, inserted or appended, and lets clients go on',
    async () => {
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        for (const path of ['/mcp', '/oauth2', '/a/b', '/mcp/']) {
          for (const url of [`/.well-known/${name}${path}`, `${path}/.well-known/${name}`]) {
            const response = await send(url)
            expect([response.status, response.headers.get('Location')]).toEqual([404, null])
            expect(await response.text()).not.toContain(`"issuer"`)
          }
        }
      }
    },
  )

  must('RFC 8414', '2', 'threat 133: names the configured issuer, whatever the headers say', async () => {
    const vars = { OAUTH_ISSUER: 'https://login.example' }
    const headers = {
      Forwarded: 'host=evil.example;proto=http',
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'http',
      'X-Original-URL': 'https://evil.example/',
    }
    for (const url of [PATH, `https://evil.example${PATH}`, `http://login.example:8080${PATH}`]) {
      const announced = await metadata(url, { headers }, vars)
      expect(announced.issuer).toBe('https://login.example')
      expect(JSON.stringify(announced)).not.toContain('evil')
      for (const [, endpoint] of endpointsOf(announced))
        expect(new URL(endpoint).origin).toBe(announced.issuer)
    }
  })

  must(
    'RFC 8414',
    '2',
    "threat 133: without one names the request's origin, not that of a header",
    async () => {
      const headers = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http' }
      const announced = await metadata(PATH, { headers })
      expect(announced.issuer).toBe(ORIGIN)
      for (const [, endpoint] of endpointsOf(announced))
        expect(endpoint).toMatch(/^https:\/\/id\.example\/oauth2\//)
    },
  )

  must('RFC 8414', '2', 'threat 135: announces no endpoint that does not answer', async () => {
    const endpoints = endpointsOf(await metadata())
    expect(endpoints.map(([name]) => name)).toEqual(
      expect.arrayContaining(['token_endpoint', 'revocation_endpoint', 'introspection_endpoint']),
    )
    for (const [name, url] of endpoints) {
      const response = await send(url, { method: name === 'authorization_endpoint' ? 'GET' : 'POST' })
      expect(response.status).not.toBe(404)
      expect(response.status).toBeLessThan(500)
    }
  })

  must('RFC 8414', '2', 'threat 135: announces the grant types that work, and no others', async () => {
    const { grant_types_supported: names } = await metadata()
    expect(names).toEqual(expect.arrayContaining(['client_credentials', 'password', 'refresh_token']))
    for (const name of names) {
      // The implicit grant (RFC 6749 4.2) is answered at the authorization endpoint.
      if (name === 'implicit') continue
      const answer = await token({ client_id: 'nobody', grant_type: name })
      expect(answer.error).toBe('invalid_client')
    }
  })

  must('RFC 8414', '2', 'threat 135: announces the ways to authenticate that work', async () => {
    const announced = await metadata()
    const methods = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt']
    expect(announced.token_endpoint_auth_methods_supported.toSorted()).toEqual(methods)
    expect(announced['revocation_endpoint_auth_methods_supported']).toEqual(
      announced.token_endpoint_auth_methods_supported,
    )
    expect(announced.introspection_endpoint_auth_methods_supported.toSorted()).toEqual(
      methods.filter((name) => name !== 'none'),
    )
  })

  must(
    'RFC 8414',
    '2',
    'threat 135: announces neither plain challenges nor what is switched off',
    async () => {
      const announced = await metadata(PATH, {}, { OAUTH_RESPONSE_TYPE_CHOICES: 'code' })
      expect(JSON.stringify(announced)).not.toContain('plain')
      expect(announced.response_types_supported).not.toContain('token')
    },
  )

  must('RFC 8414', '2', 'announces the scopes of OAUTH_SCOPES, then those of the features', async () => {
    const openid = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']
    expect((await metadata()).scopes_supported).toEqual(['read', 'write', ...openid])
    const vars = { OAUTH_SCOPES: '{"mail":1,"files":2}' }
    expect((await metadata(PATH, {}, vars)).scopes_supported).toEqual(['mail', 'files', ...openid])
  })

  must('RFC 8414', '3.3', 'holds one issuer, which introspection names, too', async () => {
    const { access_token: value } = await token({ client_id: 'service', grant_type: 'client_credentials' })
    const form = { client_id: 'service', client_secret: 'the-secret-of-a-client', token: value }
    const answer = await answerOf(await post('/oauth2/introspect', form))
    expect(answer['iss']).toBe((await metadata()).issuer)
  })
})
