import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, givenClient, SECRET } from '../support/fixture.ts'
import { answerOf, basic, introspect, post, refresh, revoke, token } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { expectNoSecret, expectRefusal, expectService } from '../support/refusal.ts'
import { givenTokens } from '../support/tokens.ts'

const HOSTILE = [
  "' OR 1=1 --",
  `"; DROP TABLE clients; --`,
  "') UNION SELECT password_hash FROM users --",
  '%',
  '_',
  '[]',
  '["read"]',
  '{}',
  'null',
  'undefined',
  '0',
  '-1',
  '9007199254740993',
  '1e999',
  'NaN',
  '\0',
  '\u{1F608}'.repeat(50),
  '\u202Eecila',
  'a\r\nSet-Cookie: x=1',
  '../../etc/passwd',
  '${7*7}',
  '<script>alert(1)</script>',
  ' ',
  'x'.repeat(10_000),
]
const NAMES = [
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'refresh_token',
  'username',
  'token',
  'token_type_hint',
]

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('hostile input', () => {
  for (const path of ['/oauth2/token', '/oauth2/revoke', '/oauth2/introspect']) {
    threat(153, `in any parameter of ${path} is answered, breaks nothing and comes not back`, async () => {
      const pair = await givenTokens(alice)
      const before = await env.DB.prepare('SELECT count(*) AS n FROM clients').first()
      const good = {
        client_id: 'web',
        client_secret: SECRET,
        grant_type: 'refresh_token',
        refresh_token: 'rt_x',
        token: 'at_x',
        // No `password`: nothing here needs to be hashed.
        username: 'alice',
      }
      for (const name of NAMES) {
        for (const value of HOSTILE) {
          const response = await post(path, { ...good, [name]: value })
          expect(response.status).toBeLessThan(500)
          expect(response.headers.get('Set-Cookie')).toBeNull()
          expectNoSecret(await response.text())
        }
      }
      for (const value of HOSTILE) {
        const encoded = basic(value, value)
        expect((await post(path, good, encoded)).status).toBeLessThan(500)
        expect((await post(path, { grant_type: 'client_credentials', token: 'x' }, encoded)).status).toBe(401)
      }
      expect(await env.DB.prepare('SELECT count(*) AS n FROM clients').first()).toEqual(before)
      expect(await introspect(pair.access)).toMatchObject({ active: true })
      await expectService()
    })
  }

  threat(153, 'in username and password of the password grant opens nothing', async () => {
    for (const username of HOSTILE) {
      // Too long a password for any account, so that nothing is hashed.
      const form = { grant_type: 'password', password: 'x'.repeat(1025), username }
      expectRefusal(await token(form), 'invalid_grant')
    }
  })

  threat(153, 'more than a hundred scopes and redirect URIs pass the limits of D1', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `s${index}`)
    const scope = names.join(' ')
    expectRefusal(
      await token({ client_id: 'service', grant_type: 'client_credentials', scope }),
      'invalid_scope',
    )
    const bits = JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])))
    const form = { client_id: 'service', grant_type: 'client_credentials', scope }
    const answer = await token(form, { OAUTH_SCOPES: bits })
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.scope.split(' ')).toHaveLength(150)
    const redirectUris = Array.from({ length: 101 }, (_, index) => `https://app.example/cb/${index}`)
    await givenClient('many', { redirectUris })
    expect(await token({ client_id: 'many', grant_type: 'client_credentials' })).toMatchObject({
      status: 200,
    })
    const vars = { OAUTH_SCOPES: bits }
    const pair = await givenTokens(alice, { client: 'many', scope }, vars)
    const wide = { client_id: 'many', scope: `${scope} more` }
    expectRefusal(await refresh(pair.refresh, wide, vars), 'invalid_scope')
    expect(await refresh(pair.refresh, { client_id: 'many', scope }, vars)).toMatchObject({ status: 200 })
  })

  it('that comes as a token is revoked without an error, and is active nowhere', async () => {
    for (const value of HOSTILE) {
      expect((await revoke(value)).status).toBe(200)
      expect(await introspect(value)).toMatchObject({ active: false, status: 200 })
    }
  })
})

describe('errors', () => {
  threat(157, 'keep to the characters that RFC 6749 5.2 allows, at every endpoint', async () => {
    for (const path of ['/oauth2/token', '/oauth2/revoke', '/oauth2/introspect']) {
      for (const form of [
        {},
        { grant_type: '\u00E4"\\' },
        { client_id: '\u00E4"\\', grant_type: 'password' },
      ]) {
        const answer = await answerOf(await post(path, form))
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expectRefusal(answer, answer.error as 'invalid_request', answer.status)
      }
    }
  })
})
