import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { givenCast, givenClient, givenUser, PASSWORD } from '../support/fixture.ts'
import { answerOf, post, token, tokensOf } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { expectRefusal, expectService, TOKEN } from '../support/refusal.ts'
import { isActive } from '../support/tokens.ts'

/** The answer to a password without its headers, some of which are of the moment. */
async function refusedPassword(form: Readonly<Record<string, string>>) {
  const { headers, ...body } = await tokensOf(form)
  return { ...body, cache: headers.get('Cache-Control') }
}

describe('password grant: refusals', () => {
  beforeEach(givenCast)
  afterEach(expectService)

  must('RFC 6749', '4.3.2', 'threat 89: refuses an unknown user as it refuses a wrong password', async () => {
    const wrong = await refusedPassword({ password: 'wrong' })
    expect(wrong).toMatchObject({ error: 'invalid_grant', status: 400 })
    expect(await refusedPassword({ username: 'nobody' })).toEqual(wrong)
    await givenUser('gone', { isActive: false })
    expect(await refusedPassword({ username: 'gone' })).toEqual(wrong)
  })

  must('RFC 6749', '5.2', 'refuses a wrong password of a public client alike', async () => {
    expectRefusal(await tokensOf({ client_id: 'native', password: 'wrong' }), 'invalid_grant')
    expect((await tokensOf()).access_token).toMatch(TOKEN)
  })

  must('RFC 6749', '4.3.2', 'refuses a request without username or password, and says which', async () => {
    for (const [missing, other] of [
      ['username', 'password'],
      ['password', 'username'],
    ] as const) {
      for (const empty of [{}, { [missing]: '' }]) {
        const answer = await token({ grant_type: 'password', [other]: 'alice', ...empty })
        expectRefusal(answer, 'invalid_request')
        expect(answer.error_description).toBe(`No '${missing}' included in the request.`)
      }
    }
  })

  must('RFC 6749', '5.2', 'threat 86: refuses a client that has not the grant type', async () => {
    await givenClient('coder', { grantTypes: ['authorization_code'] })
    expectRefusal(await tokensOf({ client_id: 'coder' }), 'unauthorized_client')
    expectRefusal(await tokensOf({ client_id: 'service' }), 'unauthorized_client')
    expectRefusal(await token({ client_id: 'coder', grant_type: 'password' }), 'unauthorized_client')
    const counted = await env.DB.prepare('SELECT count(*) AS n FROM throttle').first<{ n: number }>()
    expect(counted).toEqual({ n: 0 })
  })

  must('RFC 6749', '4.3.2', 'refuses a confidential client without its secret', async () => {
    const form = { client_id: 'web', grant_type: 'password', password: PASSWORD, username: 'alice' }
    expectRefusal(await answerOf(await post('/oauth2/token', form)), 'invalid_client')
  })

  must(
    'RFC 6749',
    '3.3',
    'refuses a scope that is too wide or unknown, with the right password',
    async () => {
      await givenClient('reader', { scope: 'read' })
      expectRefusal(await tokensOf({ client_id: 'reader', scope: 'read write' }), 'invalid_scope')
      expectRefusal(await tokensOf({ scope: 'read everything' }), 'invalid_scope')
      expectRefusal(await tokensOf({ scope: 'READ' }), 'invalid_scope')
      const rows = await env.DB.prepare('SELECT count(*) AS grants FROM grants').first()
      expect(rows).toEqual({ grants: 0 })
    },
  )

  threat(91, 'a password of 1 MB, one with NUL or in another form is refused in bounded time', async () => {
    const start = performance.now()
    expectRefusal(await tokensOf({ password: 'x'.repeat(2 ** 20) }), 'invalid_request')
    expectRefusal(await tokensOf({ password: 'x'.repeat(60_000) }), 'invalid_grant')
    expectRefusal(await tokensOf({ password: '\u20AC'.repeat(342) }), 'invalid_grant')
    expectRefusal(await tokensOf({ password: `${PASSWORD}\0` }), 'invalid_grant')
    expectRefusal(await tokensOf({ password: PASSWORD.toUpperCase() }), 'invalid_grant')
    expectRefusal(await tokensOf({ password: ` ${PASSWORD}` }), 'invalid_grant')
    expectRefusal(await tokensOf({ username: 'alice\0' }), 'invalid_grant')
    expectRefusal(await tokensOf({ username: 'x'.repeat(60_000) }), 'invalid_grant')
    expect(performance.now() - start).toBeLessThan(20_000)
    expect(await tokensOf()).toMatchObject({ status: 200 })
  })
})

describe('password grant', () => {
  beforeEach(givenCast)

  must('RFC 6749', '4.3.3', 'gives a confidential client a pair of tokens', async () => {
    const answer = await tokensOf()
    expect(Object.keys(answer).toSorted()).toEqual(
      ['access_token', 'expires_in', 'headers', 'refresh_token', 'scope', 'status', 'token_type'].toSorted(),
    )
    expect(answer).toMatchObject({ expires_in: 86_400, scope: 'read', status: 200, token_type: 'Bearer' })
    expect(await isActive(answer.access_token)).toBe(true)
    expect(await isActive(answer.refresh_token ?? '')).toBe(true)
  })

  must('RFC 9700', '2.2.2', 'threat 105: gives a public client no refresh token', async () => {
    await givenClient('app', { grantTypes: ['password', 'refresh_token'], type: 'public' })
    const answer = await tokensOf({ client_id: 'app', client_secret: '' })
    expect(answer).toMatchObject({ expires_in: 3600, scope: 'read', status: 200, token_type: 'Bearer' })
    expect(answer).not.toHaveProperty('refresh_token')
    expect(await env.DB.prepare('SELECT refresh_expires_at AS until FROM grants').first()).toEqual({
      until: null,
    })
  })

  must('RFC 6749', '1.5', 'gives no refresh token to a client that could not use it', async () => {
    await givenClient('plain', { grantTypes: ['password'] })
    expect(await tokensOf({ client_id: 'plain' })).not.toHaveProperty('refresh_token')
  })

  must('RFC 6749', '4.3.2', 'knows a user by any spelling of the name that is the same name', async () => {
    await givenUser('Zo\u00EB')
    expect(await tokensOf({ username: 'ZOE\u0308' })).toMatchObject({ status: 200 })
    expect(await tokensOf({ username: 'ALICE' })).toMatchObject({ status: 200 })
  })

  must('RFC 6749', '4.3.2', 'compares no more of the password than the user has, and no less', async () => {
    const form = { client_id: 'web', grant_type: 'password', password: PASSWORD, username: 'alice' }
    // The same in a form that encodes a space as %20 and as +.
    const body = new URLSearchParams({ ...form, client_secret: 'the-secret-of-a-client' }).toString()
    expect((await post('/oauth2/token', body)).status).toBe(200)
    expect((await post('/oauth2/token', body.replaceAll('+', '%20'))).status).toBe(200)
  })
})
