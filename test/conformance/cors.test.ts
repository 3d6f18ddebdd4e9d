import { beforeEach, describe, expect } from 'vitest'
import { givenCast, SECRET } from '../support/fixture.ts'
import { basic, post, send } from '../support/http.ts'
import { must } from '../support/must.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const OPEN = ['/oauth2/token', '/oauth2/token/', '/oauth2/access_token', '/oauth2/revoke', '/oauth2/revoke/']
/** Documents that describe the provider and its resources. */
const DOCUMENTS = [
  METADATA,
  '/.well-known/openid-configuration',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-protected-resource/admin/api/clients',
]
const CLOSED = ['/oauth2/introspect', '/oauth2/introspect/']
const ORIGINS = ['https://app.example', 'https://evil.example', 'null']
const FORM = { client_id: 'service', client_secret: SECRET, grant_type: 'client_credentials', token: 'x' }

/** What a page's preflight asks. */
async function preflight(path: string, origin: string): Promise<Response> {
  const headers = {
    'Access-Control-Request-Headers': 'authorization,content-type',
    'Access-Control-Request-Method': path === METADATA ? 'GET' : 'POST',
    Origin: origin,
  }
  return send(path, { headers, method: 'OPTIONS' })
}

/** No page of another origin reads the answer. */
function expectClosed(response: Response): void {
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
}

/** Pages of any origin read the answer, but never with the browser's credentials. */
function expectOpen(response: Response): void {
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
}

describe('pages of other origins', () => {
  beforeEach(givenCast)

  must('RFC 9700', '2.6', 'threat 155: read nothing of introspection', async () => {
    for (const origin of ORIGINS) {
      for (const path of CLOSED) {
        expectClosed(await preflight(path, origin))
        expectClosed(await post(path, { token: 'x' }, { ...basic('web'), Origin: origin }))
        expectClosed(await post(path, { token: 'x' }, { Origin: origin }))
      }
    }
  })

  must(
    'RFC 9700',
    '2.6',
    'threats 47, 155: read nothing of the pages and the authorization endpoint',
    async () => {
      for (const path of [
        '/oauth2/authorize',
        '/oauth2/authorize/confirm',
        '/login',
        '/account',
        '/admin',
        '/healthz',
      ]) {
        for (const origin of ORIGINS) {
          expectClosed(await preflight(path, origin))
          expectClosed(await send(path, { headers: { Origin: origin } }))
        }
      }
    },
  )

  must('RFC 9700', '2.6', 'threat 155: read token and revocation answers without credentials', async () => {
    for (const origin of ORIGINS) {
      for (const path of OPEN) {
        expectOpen(await post(path, FORM, { Origin: origin }))
        expectOpen(await post(path, { ...FORM, client_secret: 'wrong' }, { Origin: origin }))
        expectOpen(await post(path, 'x'.repeat(100_000), { Origin: origin }))
        expectOpen(await send(path, { headers: { Origin: origin } }))
      }
    }
  })

  must('RFC 9700', '2.6', 'read metadata', async () => {
    for (const origin of ORIGINS) {
      expectOpen(await send(METADATA, { headers: { Origin: origin } }))
      expectOpen(await preflight(METADATA, origin))
    }
  })

  must('RFC 9700', '2.6', 'may send what a client sends: a form and a Basic header', async () => {
    for (const origin of ORIGINS) {
      for (const path of OPEN) {
        const response = await preflight(path, origin)
        expect(response.status).toBe(204)
        expectOpen(response)
        expect(response.headers.get('Access-Control-Allow-Methods')).toBe('POST')
        expect(response.headers.get('Access-Control-Allow-Headers')).toBe('authorization,content-type')
      }
    }
  })

  must('RFC 9700', '2.6', 'may send the headers that HTTP layers add, within bounds', async () => {
    const ask = async (path: string, headers: string) =>
      send(path, {
        headers: {
          'Access-Control-Request-Headers': headers,
          'Access-Control-Request-Method': DOCUMENTS.includes(path) ? 'GET' : 'POST',
          Origin: 'https://app.example',
        },
        method: 'OPTIONS',
      })
    const added = 'authorization,traceparent,x-requested-with,mcp-protocol-version'
    for (const path of [...OPEN, ...DOCUMENTS]) {
      const response = await ask(path, added)
      expect(response.headers.get('Access-Control-Allow-Headers')).toBe(added)
      expect(response.headers.get('Vary')).toContain('Access-Control-Request-Headers')
      for (const strange of ['x'.repeat(1001), 'a b', 'a,,b', 'a:b', '"a"']) {
        const bounded = await ask(path, strange)
        expect(bounded.status).toBe(204)
        expect(bounded.headers.get('Access-Control-Allow-Headers')).toBe('Authorization, Content-Type')
      }
    }
    for (const path of CLOSED) expectClosed(await ask(path, added))
  })

  must(
    'RFC 9700',
    '2.6',
    'threat 155: gain nothing by cookies, which no endpoint for machines looks at',
    async () => {
      const headers = { Cookie: '__Host-oauth=x; session=x', Origin: 'https://evil.example' }
      const response = await post('/oauth2/token', FORM, headers)
      expect(response.status).toBe(200)
      expect(response.headers.get('Set-Cookie')).toBeNull()
      const anonymous = await post('/oauth2/token', { grant_type: 'client_credentials' }, headers)
      expect(anonymous.status).toBe(400)
    },
  )
})
