import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { fromBase64url, sha256Base64url, toHex } from '../../src/crypto/bytes.ts'
import { givenCast, givenClient, givenSecret, SECRET } from '../support/fixture.ts'
import { introspect, refresh, token } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { expectRefusal, expectService, TOKEN } from '../support/refusal.ts'
import { stopClock, travel } from '../support/time.ts'
import { givenTokens, isActive, type Pair } from '../support/tokens.ts'

const NO_REUSE = { OAUTH_REFRESH_REUSE_INTERVAL: '0' }
const INTERVAL = 10

let alice = ''
let pair: Pair

describe('refresh token grant: refusals that spend nothing', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
    pair = await givenTokens(alice, { scope: 'read' })
  })
  afterEach(async () => {
    await expectService()
    expect(await isActive(pair.access)).toBe(true)
    expect(await refresh(pair.refresh, {}, NO_REUSE)).toMatchObject({ scope: 'read', status: 200 })
  })

  must('RFC 6749', '6', 'threat 98: refuses the refresh token of another client', async () => {
    expectRefusal(await refresh(pair.refresh, { client_id: 'other' }), 'invalid_grant')
    await givenClient('app', { grantTypes: ['refresh_token'], type: 'public' })
    expectRefusal(await refresh(pair.refresh, { client_id: 'app', client_secret: '' }), 'invalid_grant')
    expectRefusal(await refresh(pair.refresh, { client_id: 'native' }), 'unauthorized_client')
  })

  must('RFC 6749', '6', 'threat 102: refuses a wrong secret, and no client at all', async () => {
    expectRefusal(await refresh(pair.refresh, { client_secret: 'wrong' }), 'invalid_client')
    expectRefusal(await refresh(pair.refresh, { client_secret: '' }), 'invalid_client')
    expectRefusal(await refresh(pair.refresh, { client_id: 'nobody' }), 'invalid_client')
  })

  must('RFC 6749', '6', 'threat 99: refuses a scope wider than the grant', async () => {
    for (const scope of ['read write', 'write', 'openid', 'READ', `read ${'x'.repeat(10_000)}`]) {
      expectRefusal(await refresh(pair.refresh, { scope }), 'invalid_scope')
    }
  })

  must('RFC 6749', '5.2', 'refuses a request without the token', async () => {
    const answer = await token({ grant_type: 'refresh_token' })
    expectRefusal(answer, 'invalid_request')
    expect(answer.error_description).toBe("No 'refresh_token' included in the request.")
  })

  must('RFC 6749', '5.2', 'threat 62: refuses an access token as refresh token', async () => {
    expectRefusal(await refresh(pair.access), 'invalid_grant')
    expectRefusal(await refresh(pair.access.replace('at_', 'rt_')), 'invalid_grant')
  })

  threat(102, 'a refresh token that was changed in any way is refused and ends nothing', async () => {
    const second = await givenTokens(alice, { client: 'other' })
    const forged = [
      ...changedCharacters(pair.refresh),
      pair.refresh.slice(0, -1),
      pair.refresh.slice(1),
      `${pair.refresh}A`,
      `${pair.refresh}=`,
      pair.refresh.toUpperCase(),
      pair.refresh.toLowerCase(),
      pair.refresh.slice(0, 24) + second.refresh.slice(24),
      second.refresh.slice(0, 24) + pair.refresh.slice(24),
      pair.refresh.replace('rt_', ''),
      pair.refresh.replace('rt_', 'ac_'),
      ` ${pair.refresh}`,
      `${pair.refresh}\0`,
      'rt_',
      `rt_${'A'.repeat(10_000)}`,
    ]
    for (const value of forged) expectRefusal(await refresh(value), 'invalid_grant')
    expect(await isActive(second.refresh, 'other')).toBe(true)
    const { n } = (await env.DB.prepare(
      'SELECT count(*) AS n FROM grants WHERE revoked_at IS NOT NULL',
    ).first<{
      n: number
    }>()) ?? { n: -1 }
    expect(n).toBe(0)
  })
})

/** A token with one character replaced, at several places. */
function changedCharacters(value: string): string[] {
  return [4, 12, 24, 30, 40, value.length - 1].map((at) => {
    const other = value[at] === 'x' ? 'y' : 'x'
    return value.slice(0, at) + other + value.slice(at + 1)
  })
}

describe('refresh token grant: tokens that are dead', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
    pair = await givenTokens(alice)
  })
  afterEach(expectService)

  threat(
    94,
    'a refresh token that is used again ends its successor and the access tokens (interval 0)',
    async () => {
      const next = await refresh(pair.refresh, {}, NO_REUSE)
      expect(next).toMatchObject({ status: 200 })
      expectRefusal(await refresh(pair.refresh, {}, NO_REUSE), 'invalid_grant')
      expect(await isActive(next.access_token)).toBe(false)
      expect(await isActive(next.refresh_token ?? '')).toBe(false)
      expectRefusal(await refresh(next.refresh_token ?? '', {}, NO_REUSE), 'invalid_grant')
      const event = await env.DB.prepare(
        `SELECT client_id FROM audit_events WHERE type = 'refresh_token_replayed'`,
      ).all()
      expect(event.results).toEqual([{ client_id: 'web' }])
    },
  )

  threat(94, 'a replaced refresh token ends the grant after the interval, too', async () => {
    const next = await refresh(pair.refresh)
    travel(INTERVAL)
    expectRefusal(await refresh(pair.refresh), 'invalid_grant')
    expect(await isActive(next.access_token)).toBe(false)
    expectRefusal(await refresh(next.refresh_token ?? ''), 'invalid_grant')
  })

  threat(95, 'a refresh token of two generations back ends the grant even inside the interval', async () => {
    const first = await refresh(pair.refresh)
    const second = await refresh(first.refresh_token ?? '')
    expect(second).toMatchObject({ status: 200 })
    expectRefusal(await refresh(pair.refresh), 'invalid_grant')
    expect(await isActive(second.access_token)).toBe(false)
    expectRefusal(await refresh(second.refresh_token ?? ''), 'invalid_grant')
  })

  threat(102, 'a used token of another client, or with a wrong secret, ends nothing', async () => {
    const next = await refresh(pair.refresh, {}, NO_REUSE)
    expectRefusal(await refresh(pair.refresh, { client_id: 'other' }, NO_REUSE), 'invalid_grant')
    expectRefusal(await refresh(pair.refresh, { client_secret: 'wrong' }, NO_REUSE), 'invalid_client')
    expect(await isActive(next.access_token)).toBe(true)
    expect(await refresh(next.refresh_token ?? '', {}, NO_REUSE)).toMatchObject({ status: 200 })
  })

  threat(103, 'an unused refresh token ends in time, and each rotation counts anew', async () => {
    stopClock()
    const vars = { OAUTH_EXPIRE_REFRESH_DELTA: '1000' }
    const short = await givenTokens(alice, {}, vars)
    travel(999)
    const next = await refresh(short.refresh, {}, vars)
    expect(next).toMatchObject({ status: 200 })
    travel(999)
    expect(await isActive(next.refresh_token ?? '')).toBe(true)
    travel(1)
    expect(await isActive(next.refresh_token ?? '')).toBe(false)
    expectRefusal(await refresh(next.refresh_token ?? '', {}, vars), 'invalid_grant')
  })

  const ends: Record<string, readonly [sql: string, error: 'invalid_client' | 'invalid_grant']> = {
    'its user was disabled': [`UPDATE users SET is_active = 0`, 'invalid_grant'],
    'its client was disabled': [
      `UPDATE clients SET disabled_at = 1 WHERE client_id = 'web'`,
      'invalid_client',
    ],
    'its grant was revoked': ['UPDATE grants SET revoked_at = 1', 'invalid_grant'],
    'its grant was deleted': ['DELETE FROM grants', 'invalid_grant'],
  }
  for (const [name, [sql, error]] of Object.entries(ends)) {
    threat(101, `a refresh token is refused once ${name}`, async () => {
      await env.DB.exec(sql)
      expectRefusal(await refresh(pair.refresh), error)
      const tokens = await env.DB.prepare('SELECT count(*) AS n FROM grants WHERE refresh_seq > 0').first()
      expect(tokens).toEqual({ n: 0 })
    })
  }

  threat(
    97,
    'inside the interval a lost reply is refused where the grant was revoked meanwhile',
    async () => {
      await refresh(pair.refresh)
      await env.DB.prepare('UPDATE grants SET revoked_at = 1').run()
      expectRefusal(await refresh(pair.refresh), 'invalid_grant')
    },
  )

  threat(
    97,
    'inside the interval a lost reply is refused where the user was disabled meanwhile',
    async () => {
      await refresh(pair.refresh)
      await env.DB.prepare('UPDATE users SET is_active = 0').run()
      expectRefusal(await refresh(pair.refresh), 'invalid_grant')
    },
  )

  must(
    'RFC 9700',
    '4.14.2',
    'a number from the future (a restored backup) is refused and ends nothing',
    async () => {
      const next = await refresh(pair.refresh)
      await env.DB.prepare('UPDATE grants SET refresh_seq = 0').run()
      expectRefusal(await refresh(next.refresh_token ?? ''), 'invalid_grant')
      expect(await isActive(pair.refresh)).toBe(true)
    },
  )
})

describe('refresh token grant', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
    pair = await givenTokens(alice, { scope: 'read write' })
  })

  must('RFC 6749', '6', 'gives a new pair, and ends the one that it replaces', async () => {
    const next = await refresh(pair.refresh)
    expect(next).toMatchObject({ expires_in: 86_400, scope: 'read write', status: 200, token_type: 'Bearer' })
    expect(next.access_token).toMatch(TOKEN)
    expect(next.access_token).not.toBe(pair.access)
    expect(next.refresh_token).not.toBe(pair.refresh)
    expect(await isActive(pair.access)).toBe(false)
    expect(await isActive(pair.refresh)).toBe(false)
    expect(await isActive(next.access_token)).toBe(true)
    expect(await isActive(next.refresh_token ?? '')).toBe(true)
  })

  must(
    'RFC 6749',
    '6',
    'threat 99: a narrower scope narrows that access token, and not the grant',
    async () => {
      const narrow = await refresh(pair.refresh, { scope: 'read' })
      expect(narrow).toMatchObject({ scope: 'read', status: 200 })
      expect(await introspect(narrow.access_token)).toMatchObject({ active: true, scope: 'read' })
      expect(await introspect(narrow.refresh_token ?? '', 'web')).toMatchObject({ scope: 'read write' })
      const full = await refresh(narrow.refresh_token ?? '')
      expect(full).toMatchObject({ scope: 'read write', status: 200 })
      expect(await introspect(full.access_token)).toMatchObject({ scope: 'read write' })
    },
  )

  must('RFC 6749', '6', 'takes the scope in any order, with repeats', async () => {
    expect(await refresh(pair.refresh, { scope: 'write read  write' })).toMatchObject({ scope: 'read write' })
  })

  must(
    'RFC 9700',
    '4.14.2',
    'answers a lost reply inside the interval with the same pair again',
    async () => {
      const next = await refresh(pair.refresh)
      travel(INTERVAL - 1)
      const again = await refresh(pair.refresh)
      expect(again).toMatchObject({
        access_token: next.access_token,
        refresh_token: next.refresh_token,
        status: 200,
      })
      expect(again.expires_in).toBe(next.expires_in - (INTERVAL - 1))
      expect(await refresh(next.refresh_token ?? '')).toMatchObject({ status: 200 })
    },
  )

  must('RFC 9700', '4.14.2', 'answers a lost reply that asks for more with invalid_scope', async () => {
    const narrow = await givenTokens(alice, { scope: 'read' })
    const next = await refresh(narrow.refresh)
    expectRefusal(await refresh(narrow.refresh, { scope: 'read write' }), 'invalid_scope')
    expect(await isActive(next.access_token)).toBe(true)
  })

  must('RFC 6749', '6', 'refreshes for a public client that has the grant type', async () => {
    await givenClient('app', { grantTypes: ['authorization_code', 'refresh_token'], type: 'public' })
    await env.DB.prepare(`UPDATE grants SET client_id = 'app'`).run()
    const vars = { OAUTH_EXPIRE_DELTA_PUBLIC: '77' }
    const answer = await refresh(pair.refresh, { client_id: 'app', client_secret: '' }, vars)
    expect(answer).toMatchObject({ expires_in: 77, status: 200 })
    expect(answer.refresh_token).toMatch(TOKEN)
  })

  must('RFC 6749', '6', "goes on with the client's next secret", async () => {
    await givenSecret('web', 'next-secret')
    const hash = await sha256Base64url(SECRET)
    await env.DB.prepare('UPDATE client_secrets SET expires_at = 1 WHERE secret_hash = ?').bind(hash).run()
    expectRefusal(await refresh(pair.refresh), 'invalid_client')
    expect(await refresh(pair.refresh, { client_secret: 'next-secret' })).toMatchObject({ status: 200 })
  })

  must(
    'RFC 6749',
    '1.5',
    'writes into the token no more than the database, the grant, its number and the MAC',
    async () => {
      const bytes = fromBase64url(pair.refresh.slice(3))
      expect(bytes?.length).toBe(1 + 16 + 6 + 32)
      const grant = await env.DB.prepare('SELECT id, refresh_seq FROM grants').first<{
        id: string
        refresh_seq: number
      }>()
      expect(bytes?.[0]).toBe(0)
      expect(toHex(bytes?.slice(1, 17) ?? new Uint8Array())).toBe(grant?.id)
      expect([...(bytes?.slice(17, 23) ?? [])]).toEqual([0, 0, 0, 0, 0, grant?.refresh_seq])
    },
  )
})
