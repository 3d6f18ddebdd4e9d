import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { givenCast, givenUser, PASSWORD, SECRET } from '../support/fixture.ts'
import { type Answer, answerOf, basic, post, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { expectRefusal, expectService } from '../support/refusal.ts'
import { stopClock, travel } from '../support/time.ts'

/** Wrong tries that an account has in its window. */
const LIMIT = 10

/** A password attempt from an address that the edge saw. */
async function attempt(
  from: string,
  form: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = {
    client_id: 'web',
    client_secret: SECRET,
    grant_type: 'password',
    password: '',
    username: 'alice',
  }
  const sent = { ...(from && { 'CF-Connecting-IP': from }), ...headers }
  return answerOf(await post('/oauth2/token', { ...body, ...form }, sent))
}

/** Milliseconds of the fastest wrong password of some users: what else the machine does only adds to it. */
async function fastest(usernames: readonly string[]): Promise<number> {
  const times = []
  for (const username of usernames) {
    const start = performance.now()
    expectRefusal(await tokensOf({ password: 'wrong', username }), 'invalid_grant')
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}

beforeEach(givenCast)

describe('guessing a password', () => {
  threat(90, 'of twenty wrong tries at once ten are looked at, the others get 429', async () => {
    stopClock()
    const answers = await Promise.all(Array.from({ length: 20 }, () => tokensOf({ password: 'wrong' })))
    const looked = answers.filter(({ status }) => status === 400)
    const throttled = answers.filter(({ status }) => status === 429)
    expect([looked.length, throttled.length]).toEqual([LIMIT, 20 - LIMIT])
    for (const answer of looked) expectRefusal(answer, 'invalid_grant')
    for (const answer of throttled) {
      expectRefusal(answer, 'temporarily_unavailable', 429)
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(590)
      expect(Number(answer.headers.get('Retry-After'))).toBeLessThanOrEqual(600)
    }
    expectRefusal(await tokensOf(), 'temporarily_unavailable', 429)
    expect(await tokensOf({ username: 'bob' })).toMatchObject({ status: 200 })
    await expectService()
  })

  threat(90, 'a try that is throttled is not hashed', async () => {
    const hashed = await fastest(['bob'])
    for (let index = 0; index < LIMIT; index++) await attempt('', { password: ' '.repeat(1025) })
    const times = []
    for (let index = 0; index < 20; index++) {
      const start = performance.now()
      expectRefusal(await attempt('', { password: PASSWORD }), 'temporarily_unavailable', 429)
      times.push(performance.now() - start)
    }
    expect(Math.min(...times)).toBeLessThan(hashed / 2)
  })

  threat(90, 'unknown users are throttled alike', async () => {
    for (let index = 0; index < LIMIT; index++) {
      expectRefusal(await attempt('', { password: ' '.repeat(1025), username: 'nobody' }), 'invalid_grant')
    }
    const throttled = await attempt('', { password: 'x', username: 'nobody' })
    expectRefusal(throttled, 'temporarily_unavailable', 429)
  })

  threat(90, 'another spelling of the name is the same account', async () => {
    const names = ['alice', 'ALICE', 'Alice', ' alice ', '\uFF41lice']
    for (let index = 0; index < LIMIT; index++) {
      await attempt('', { password: ' '.repeat(1025), username: names[index % names.length] ?? '' })
    }
    expectRefusal(await attempt('', { password: 'x' }), 'temporarily_unavailable', 429)
  })

  threat(90, 'the window passes, and success clears the account', async () => {
    stopClock()
    for (let index = 0; index < LIMIT - 1; index++) await attempt('', { password: ' '.repeat(1025) })
    expect(await tokensOf()).toMatchObject({ status: 200 })
    for (let index = 0; index < LIMIT; index++) {
      expectRefusal(await attempt('', { password: ' '.repeat(1025) }), 'invalid_grant')
    }
    expectRefusal(await tokensOf(), 'temporarily_unavailable', 429)
    travel(599)
    expectRefusal(await tokensOf(), 'temporarily_unavailable', 429)
    travel(2)
    expect(await tokensOf()).toMatchObject({ status: 200 })
  })

  threat(
    90,
    'a stranger who is no client counts nothing against an account, and meets a limit of its own',
    async () => {
      for (let index = 0; index < LIMIT; index++) {
        expectRefusal(await attempt('', { client_secret: 'wrong', password: 'x' }), 'invalid_client')
      }
      const refused = await attempt('', { client_secret: 'wrong', password: 'x' })
      expectRefusal(refused, 'temporarily_unavailable', 429)
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
      // Whoever proves to be the client is not stopped by guesses, nor are people, nor is another network.
      expect(await tokensOf()).toMatchObject({ status: 200 })
      expectRefusal(await attempt('192.0.2.9', { client_secret: 'wrong' }), 'invalid_client')
      expectRefusal(await attempt('', { client_id: 'other', client_secret: 'wrong' }), 'invalid_client')
      travel(601)
      expectRefusal(await attempt('', { client_secret: 'wrong' }), 'invalid_client')
    },
  )
})

describe('guessing the secret of a client', () => {
  const guess = async (path: string, from: string, inHeader: boolean, secret = 'wrong'): Promise<Answer> => {
    const form = { grant_type: 'client_credentials', token: 'x' }
    const headers = { 'CF-Connecting-IP': from, ...(inHeader && basic('web', secret)) }
    return answerOf(
      await post(path, inHeader ? form : { ...form, client_id: 'web', client_secret: secret }, headers),
    )
  }

  threat(
    90,
    'meets one limit at every endpoint at which a client proves itself, in header and body',
    async () => {
      const paths = ['/oauth2/token', '/oauth2/access_token', '/oauth2/revoke', '/oauth2/introspect']
      for (let index = 0; index < LIMIT; index++) {
        const inHeader = index % 3 === 0
        const path = paths[index % paths.length] ?? ''
        const answer = await guess(path, '192.0.2.1', inHeader)
        expectRefusal(answer, 'invalid_client', inHeader || path === '/oauth2/introspect' ? 401 : 400)
      }
      for (const path of paths) {
        for (const inHeader of [true, false]) {
          const refused = await guess(path, '192.0.2.1', inHeader)
          expectRefusal(refused, 'temporarily_unavailable', 429)
          expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
          expect(await guess(path, '192.0.2.1', inHeader, SECRET)).toMatchObject({ status: 200 })
        }
        expect(await guess(path, '192.0.2.2', false, SECRET)).toMatchObject({ status: 200 })
      }
      expectRefusal(await guess('/oauth2/token', '192.0.2.2', false), 'invalid_client')
    },
  )
})

describe('guessing from one network', () => {
  threat(
    90,
    'addresses of one IPv6 /64 are one network, of which a hundred tries are looked at',
    async () => {
      for (const username of ['a', 'b']) await attempt('2001:db8:1:2::1', { password: 'x', username })
      await env.DB.prepare('UPDATE throttle SET count = 99 WHERE count = 2').run()
      const wrong = { password: ' '.repeat(1025) }
      const hundredth = await attempt('2001:db8:1:2:3:4:5:6', { ...wrong, username: 'x1' })
      expectRefusal(hundredth, 'invalid_grant')
      const next = await attempt('2001:0DB8:0001:0002:ffff::9', { ...wrong, username: 'x2' })
      expectRefusal(next, 'temporarily_unavailable', 429)
      expect(Number(next.headers.get('Retry-After'))).toBeGreaterThan(0)
      expectRefusal(await attempt('2001:db8:1:3::1', { ...wrong, username: 'x3' }), 'invalid_grant')
    },
  )

  threat(154, 'headers that a client sends neither reset nor evade the count', async () => {
    for (let index = 0; index < LIMIT; index++) {
      const header = { 'X-Forwarded-For': `203.0.113.${index}`, 'True-Client-IP': `198.51.100.${index}` }
      await attempt('192.0.2.1', { password: ' '.repeat(1025), username: `user${index}` }, header)
    }
    const { results } = await env.DB.prepare('SELECT count FROM throttle WHERE count > 1').all()
    expect(results).toEqual([{ count: LIMIT }])
  })

  threat(154, 'success takes back its own count from the network, and no more', async () => {
    await givenUser('mallory')
    const wrong = { password: ' '.repeat(1025) }
    await attempt('192.0.2.1', wrong)
    await attempt('192.0.2.1', wrong)
    for (let index = 0; index < 3; index++) {
      const own = await attempt('192.0.2.1', { password: PASSWORD, username: 'mallory' })
      expect(own).toMatchObject({ status: 200 })
    }
    const { results } = await env.DB.prepare('SELECT count FROM throttle').all()
    expect(results).toEqual([{ count: 2 }, { count: 2 }])
  })
})

describe('what an answer tells', () => {
  threat(89, 'an unknown user costs the derivation that a known one costs', async () => {
    await givenUser('gone', { isActive: false })
    const known = await fastest(['alice', 'bob'])
    expect(await fastest(['nobody', 'nobody else'])).toBeGreaterThan(known / 3)
    expect(await fastest(['gone', 'gone'])).toBeGreaterThan(known / 3)
  })
})
