import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { givenCast, givenClient, SECRET } from '../support/fixture.ts'
import { answerOf, basic, post, refresh, revoke, send, token, tokensOf } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { expectRefusal, expectService } from '../support/refusal.ts'
import { travel } from '../support/time.ts'
import { givenTokens, isActive, type Pair } from '../support/tokens.ts'

const CREDENTIALS = { client_id: 'web', client_secret: SECRET }

let alice = ''
let pair: Pair

beforeEach(async () => {
  ;({ alice } = await givenCast())
  pair = await givenTokens(alice)
})
afterEach(expectService)

/** Checks the answer of a revocation, which never says what it did. */
async function expectDone(response: Response): Promise<void> {
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(await response.text()).toBe('{}')
}

describe('revocation: what stays alive', () => {
  afterEach(async () => {
    expect(await isActive(pair.access)).toBe(true)
    expect(await isActive(pair.refresh)).toBe(true)
    expect(await refresh(pair.refresh)).toMatchObject({ status: 200 })
  })

  must('RFC 7009', '2.1', "threat 115: answers 200 to another client's token, which lives on", async () => {
    for (const value of [pair.access, pair.refresh]) {
      await expectDone(await revoke(value, 'other'))
      await expectDone(await revoke(value, 'native'))
    }
  })

  must(
    'RFC 7009',
    '2.1',
    'threat 116: refuses a wrong secret, a missing one and an unknown client',
    async () => {
      const form = { token: pair.access }
      for (const client of [
        { client_id: 'web', client_secret: 'wrong' },
        { client_id: 'web' },
        { client_id: 'nobody' },
        {},
      ]) {
        expectRefusal(await answerOf(await post('/oauth2/revoke', { ...form, ...client })), 'invalid_client')
      }
      const header = await answerOf(await post('/oauth2/revoke', form, basic('web', 'wrong')))
      expectRefusal(header, 'invalid_client', 401)
      expect(header.headers.get('WWW-Authenticate')).toBe(
        'Basic realm="oauth2", error="invalid_client", error_description="Client authentication failed."',
      )
    },
  )

  must('RFC 7009', '2.1', 'authenticates the client before it says that the token is missing', async () => {
    const missing = await answerOf(await post('/oauth2/revoke', CREDENTIALS))
    expectRefusal(missing, 'invalid_request')
    expect(missing.error_description).toBe("No 'token' included in the request.")
    expectRefusal(await answerOf(await post('/oauth2/revoke', { client_id: 'nobody' })), 'invalid_client')
  })

  must(
    'RFC 7009',
    '2.2',
    'threat 116: answers 200 to a token that is unknown, and to one that is not ours',
    async () => {
      const forged = `${pair.refresh.slice(0, -2)}xx`
      for (const value of [
        'unknown',
        'at_',
        'rt_x',
        `at_${'A'.repeat(64)}`,
        forged,
        'x'.repeat(60_000),
        '\u{1F600}\0',
      ]) {
        await expectDone(await revoke(value))
      }
    },
  )

  must(
    'RFC 7009',
    '2.1',
    'refuses GET, other content types, parameters in the URL and repeated ones',
    async () => {
      const query = new URLSearchParams({ ...CREDENTIALS, token: pair.access }).toString()
      for (const path of ['/oauth2/revoke', '/oauth2/revoke/']) {
        const get = await answerOf(await send(`${path}?${query}`))
        expectRefusal(get, 'invalid_request', 405)
        expect(get.headers.get('Allow')).toBe('POST')
        expectRefusal(await answerOf(await post(`${path}?${query}`, '')), 'invalid_request')
        const json = { 'Content-Type': 'application/json' }
        expectRefusal(
          await answerOf(await post(path, JSON.stringify({ token: pair.access }), json)),
          'invalid_request',
        )
        expectRefusal(await answerOf(await post(path, `${query}&token=x`)), 'invalid_request')
        expectRefusal(
          await answerOf(await post(path, `${query}&x=${'x'.repeat(2 ** 20)}`)),
          'invalid_request',
        )
      }
    },
  )
})

describe('revocation', () => {
  must('RFC 7009', '2.1', 'threat 114: ends an access token, and it alone', async () => {
    await expectDone(await revoke(pair.access))
    expect(await isActive(pair.access)).toBe(false)
    expect(await refresh(pair.refresh)).toMatchObject({ status: 200 })
  })

  must(
    'RFC 7009',
    '2.1',
    'threat 114: ends a refresh token with every access token of its grant',
    async () => {
      const next = await refresh(pair.refresh)
      await expectDone(await revoke(next.refresh_token ?? ''))
      expect(await isActive(next.access_token)).toBe(false)
      expectRefusal(await refresh(next.refresh_token ?? ''), 'invalid_grant')
      expectRefusal(await refresh(pair.refresh), 'invalid_grant')
    },
  )

  must('RFC 7009', '2.1', 'a refresh token that was replaced ends the grant, too', async () => {
    const next = await refresh(pair.refresh)
    await expectDone(await revoke(pair.refresh))
    expect(await isActive(next.access_token)).toBe(false)
    expectRefusal(await refresh(next.refresh_token ?? ''), 'invalid_grant')
  })

  must('RFC 7009', '2.1', 'threat 116: a wrong, unknown or empty hint does no harm', async () => {
    for (const hint of ['refresh_token', 'access_token', 'id_token', 'foo', '']) {
      const fresh = await givenTokens(alice)
      const form = { ...CREDENTIALS, token_type_hint: hint }
      await expectDone(await post('/oauth2/revoke', { ...form, token: fresh.access }))
      expect(await isActive(fresh.access)).toBe(false)
      await expectDone(await post('/oauth2/revoke', { ...form, token: fresh.refresh }))
      expect(await isActive(fresh.refresh)).toBe(false)
    }
  })

  must('RFC 7009', '2.1', 'threat 116: ends the token of a public client that says who it is', async () => {
    const { access_token: value } = await tokensOf({ client_id: 'native' })
    expect(await isActive(value, 'other')).toBe(true)
    await expectDone(await revoke(value, 'native'))
    expect(await isActive(value, 'other')).toBe(false)
  })

  must('RFC 7009', '2', "threat 113: ends a client's own token at once", async () => {
    const { access_token: value } = await token({ client_id: 'service', grant_type: 'client_credentials' })
    expect(await isActive(value, 'service')).toBe(true)
    await expectDone(await revoke(value, 'service'))
    expect(await isActive(value, 'service')).toBe(false)
  })

  must('RFC 7009', '2.2', 'answers the same when it is asked again', async () => {
    for (const value of [pair.access, pair.access, pair.refresh, pair.refresh])
      await expectDone(await revoke(value))
    const { results } = await env.DB.prepare('SELECT type FROM audit_events ORDER BY type').all<{
      type: string
    }>()
    expect(results.map(({ type }) => type).filter((type) => type !== 'grant_given')).toEqual([
      'access_token_revoked',
      'grant_revoked',
    ])
  })

  must('RFC 7009', '2', 'takes both paths and both ways to authenticate', async () => {
    await expectDone(await post('/oauth2/revoke/', { token: pair.access }, basic('web')))
    expect(await isActive(pair.access)).toBe(false)
  })

  must('RFC 7009', '2', 'removes access tokens from their grants under OAUTH_DELETE_EXPIRED', async () => {
    const vars = { OAUTH_DELETE_EXPIRED: 'true' }
    const second = await givenTokens(alice)
    await expectDone(await revoke(pair.access, 'other', vars))
    await expectDone(await revoke(second.refresh, 'other', vars))
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM grants WHERE access_expires_at IS NOT NULL').first(),
    ).toEqual({ n: 2 })
    await expectDone(await revoke(pair.access, 'web', vars))
    await expectDone(await revoke(second.refresh, 'web', vars))
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM grants WHERE access_expires_at IS NOT NULL').first(),
    ).toEqual({ n: 0 })
  })

  threat(97, 'a refresh token that was revoked is refused inside the reuse interval', async () => {
    await refresh(pair.refresh)
    await revoke(pair.refresh)
    travel(1)
    expectRefusal(await refresh(pair.refresh), 'invalid_grant')
  })

  must('RFC 7009', '2.1', 'a client that was disabled cannot revoke', async () => {
    await givenClient('gone', { disabledAt: 1 })
    expectRefusal(await answerOf(await revoke(pair.access, 'gone')), 'invalid_client')
    expect(await isActive(pair.access)).toBe(true)
  })
})
