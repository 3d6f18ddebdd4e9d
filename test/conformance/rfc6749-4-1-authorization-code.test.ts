import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD, REDIRECT_URI } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  expectPage,
  EXPIRED,
  givenCode,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { introspect, ORIGIN, post, refresh } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'
import { isActive } from '../support/tokens.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('the authorization request', () => {
  must('RFC 6749', '4.1', 'leads through sign-in and consent to a code that is worth tokens', async () => {
    const browser = openBrowser()
    const login = await browser.visit(authorizationUrl())
    expect(login.path).toMatch(/^\/login\?request=[\w-]{22}$/)
    expect(login.text).toContain('to continue to Application web')
    const consent = await browser.submit(login, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect(consent.path).toMatch(/^\/oauth2\/authorize\/confirm\?request=[\w-]{22}$/)
    expect(consent.text).toContain(
      'Application web would like to access your data with the following permissions:',
    )
    expect(consent.text).toContain('Read your data')
    expect(consent.text).toContain('app.example')
    const visit = await approve(browser, consent)
    expect(visit.left?.href).toMatch(/^https:\/\/app\.example\/cb\?code=ac_[\w-]{66}&state=a\+state&iss=/)
    const answer = await redeem(codeIn(visit))
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 86_400, scope: 'read' })
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(await introspect(answer.access_token)).toMatchObject({
      active: true,
      client_id: 'web',
      scope: 'read',
      sub: alice,
      username: 'alice',
    })
    expect(await refresh(answer.refresh_token ?? '')).toMatchObject({ status: 200, scope: 'read' })
  })

  must('RFC 6749', '4.1.1', 'asks for the password where nobody is signed in', async () => {
    const { path, response, text } = await openBrowser().visit(authorizationUrl())
    expect({ path: path.split('?')[0], status: response.status }).toEqual({ path: '/login', status: 200 })
    expect(text).toContain('name="password"')
  })

  must('RFC 6749', '4.1.2', 'gives back the state byte for byte', async () => {
    const browser = await signedIn(alice)
    for (const state of [
      'abc',
      ' a b ',
      'a+b%20c&code=evil&iss=x#y',
      '%0d%0aSet-Cookie: x=1',
      '\r\nX: y',
      'ünï😀\u0000\u2028"<script>',
      "~!*()'/?:@-._",
      's'.repeat(2048),
    ]) {
      const { left } = await authorize(browser, { state })
      expect(left?.searchParams.getAll('state')).toEqual([state])
      expect(left?.searchParams.getAll('code')).toHaveLength(1)
      expect([...(left?.searchParams.keys() ?? [])]).toEqual(['code', 'state', 'iss'])
      expect(left?.hash).toBe('')
    }
  })

  must('RFC 6749', '4.1.2', 'sends no state where it was given none', async () => {
    const answer = answerIn(await authorize(await signedIn(alice), { state: undefined }))
    expect(Object.keys(answer)).toEqual(['code', 'iss'])
  })

  must('RFC 6749', '4.1.2.1', 'tells the client that the user said no', async () => {
    for (const authorizeValue of ['False', 'false', 'Cancel', '']) {
      const browser = await signedIn(alice)
      const page = await browser.visit(authorizationUrl())
      const visit = await browser.submit(page, CONFIRM, [
        ['scope', 'read'],
        ['authorize', authorizeValue],
      ])
      expect(answerIn(visit)).toEqual({
        error: 'access_denied',
        error_description: 'The user denied the request.',
        state: 'a state',
        iss: ORIGIN,
      })
      await expectPage(await browser.get(CONFIRM), 400, EXPIRED)
    }
    expect((await env.KV.list()).keys).toEqual([])
    expect(await env.DB.prepare('SELECT * FROM authorized_clients').all()).toMatchObject({ results: [] })
  })

  it('takes the seed’s answer `authorize=True`, too', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    const fields = [['scope', 'read'] as const, ['authorize', 'True'] as const]
    expect(codeIn(await browser.submit(page, CONFIRM, fields))).toMatch(/^ac_/)
  })
})

describe('the access token request', () => {
  must('RFC 6749', '4.1.3', 'wants the code', async () => {
    for (const code of [undefined, '']) {
      const answer = await redeem('', { code })
      expectRefusal(answer, 'invalid_request')
      expect(answer.error_description).toBe("No 'code' included in the request.")
    }
  })

  must('RFC 6749', '4.1.3', 'wants the redirect URI of the authorization request', async () => {
    const code = await givenCode(alice)
    for (const redirect_uri of [undefined, '', `${REDIRECT_URI}/`, 'https://APP.example/cb', 'x']) {
      expectRefusal(await redeem(code, { redirect_uri }), 'invalid_grant')
    }
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  must('RFC 6749', '4.1.3', 'wants none where the request named none, and takes the right one', async () => {
    const first = await givenCode(alice, { redirect_uri: undefined })
    expectRefusal(await redeem(first, { redirect_uri: 'https://app.example/x' }), 'invalid_grant')
    expect(await redeem(first, { redirect_uri: undefined })).toMatchObject({ status: 200 })
    const second = await givenCode(alice, { redirect_uri: undefined })
    expect(await redeem(second)).toMatchObject({ status: 200 })
  })

  must('RFC 6749', '4.1.3', 'refuses the code of another client, which keeps it', async () => {
    const code = await givenCode(alice)
    expectRefusal(await redeem(code, { client_id: 'other' }), 'invalid_grant')
    expectRefusal(await redeem(code, { client_id: 'native', ...VERIFIED }), 'invalid_grant')
    expectRefusal(await redeem(code, { client_id: 'nobody' }), 'invalid_client')
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  must('RFC 6749', '4.1.3', 'authenticates a confidential client', async () => {
    const code = await givenCode(alice)
    expectRefusal(await redeem(code, { client_secret: 'wrong' }), 'invalid_client')
    expectRefusal(await redeem(code, { client_secret: undefined, client_id: 'web' }), 'invalid_client')
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  must('RFC 6749', '4.1.3', 'lets a public client redeem with its client_id alone', async () => {
    const code = await givenCode(alice, { client_id: 'native', ...PKCE })
    const answer = await redeem(code, { client_id: 'native', code_verifier: VERIFIER })
    expect(answer).toMatchObject({ status: 200, expires_in: 3600, scope: 'read' })
    expect(answer.refresh_token).toBeUndefined()
  })

  must(
    'RFC 6749',
    '4.1.4',
    'gives a public client a refresh token where it has that grant type',
    async () => {
      await givenClient('app', { type: 'public', grantTypes: ['authorization_code', 'refresh_token'] })
      const code = await givenCode(alice, { client_id: 'app', ...PKCE })
      const form = { client_id: 'app', redirect_uri: REDIRECT_URI, code, code_verifier: VERIFIER }
      const response = await post('/oauth2/token', { ...form, grant_type: 'authorization_code' })
      const { refresh_token } = await response.json<{ refresh_token: string }>()
      expect(refresh_token).toMatch(/^rt_/)
      const next = { client_id: 'app', grant_type: 'refresh_token', refresh_token }
      expect((await post('/oauth2/token', next)).status).toBe(200)
    },
  )

  must('RFC 6749', '5.2', 'refuses a client that no longer has the grant type', async () => {
    const code = await givenCode(alice)
    await env.DB.prepare(`UPDATE clients SET grant_types = '["password"]' WHERE client_id = 'web'`).run()
    expectRefusal(await redeem(code), 'unauthorized_client')
  })

  must('RFC 6749', '4.1.2', 'ends what a code brought when it comes again', async () => {
    const code = await givenCode(alice)
    const { access_token, refresh_token = '' } = await redeem(code)
    expect(await isActive(access_token)).toBe(true)
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await isActive(access_token)).toBe(false)
    expectRefusal(await refresh(refresh_token), 'invalid_grant')
    expectRefusal(await redeem(code), 'invalid_grant')
  })

  it('a code works at both spellings of the endpoint', async () => {
    for (const path of ['/oauth2/access_token', '/oauth2/access_token/', '/oauth2/token/']) {
      const form = { client_id: 'web', client_secret: 'the-secret-of-a-client', redirect_uri: REDIRECT_URI }
      const code = await givenCode(alice)
      expect((await post(path, { ...form, code, grant_type: 'authorization_code' })).status).toBe(200)
    }
  })
})

describe('scope of the access token', () => {
  must('RFC 6749', '4.1.3', 'gives the scope that was approved', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'write  read read' }))
    const answer = await redeem(codeIn(await approve(browser, page, ['write', 'read'])))
    expect(answer).toMatchObject({ status: 200, scope: 'read write' })
  })

  must(
    'RFC 6749',
    '3.3',
    'lets the token request narrow it, never widen it, and spends nothing on a refusal',
    async () => {
      const code = await givenCode(alice)
      for (const scope of ['write', 'read write', 'no']) {
        expectRefusal(await redeem(code, { scope }), 'invalid_scope')
      }
      expect(await redeem(code, { scope: 'read' })).toMatchObject({ status: 200, scope: 'read' })
      const wide = await givenCode(alice, { scope: 'read write' })
      expect(await redeem(wide, { scope: 'write' })).toMatchObject({ status: 200, scope: 'write' })
    },
  )
})

const VERIFIED = { code_verifier: VERIFIER }
