import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { hashPassword } from '../src/identity/passwords.ts'
import { givenCast, givenUser } from './support/fixture.ts'
import { type Answer, refresh, revoke, tokensOf } from './support/http.ts'
import { threat } from './support/must.ts'
import { expectRefusal, expectService } from './support/refusal.ts'
import { givenTokens, isActive } from './support/tokens.ts'
import { bindingsWith } from './support/trips.ts'

const NO_REUSE = { OAUTH_REFRESH_REUSE_INTERVAL: '0' }

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Does the same many times concurrently. */
async function atOnce<T>(times: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => act(index)))
}

function distinct(answers: readonly Answer[], name: 'access_token' | 'refresh_token'): string[] {
  return [...new Set(answers.map((answer) => answer[name] ?? ''))]
}

/** Tokens that the storage would still let in. */
async function countLive(): Promise<number | undefined> {
  const row = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM grants WHERE revoked_at IS NULL)
      + (SELECT count(*) FROM grants WHERE access_revoked_at IS NULL AND revoked_at IS NULL) AS live`,
  ).first<{ live: number }>()
  return row?.live
}

describe('one refresh token, fifty requests at once', () => {
  threat(96, 'with the interval on all get the one successor, and the grant lives', async () => {
    const pair = await givenTokens(alice)
    const answers = await atOnce(50, () => refresh(pair.refresh))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const [access, ...otherAccess] = distinct(answers, 'access_token')
    const [next, ...others] = distinct(answers, 'refresh_token')
    expect([...otherAccess, ...others]).toEqual([])
    expect(await isActive(access ?? '')).toBe(true)
    expect(await isActive(pair.access)).toBe(false)
    expect(await env.DB.prepare('SELECT refresh_seq, revoked_at FROM grants').all()).toMatchObject({
      results: [{ refresh_seq: 1, revoked_at: null }],
    })
    expect(await refresh(next ?? '')).toMatchObject({ status: 200 })
  })

  threat(96, 'with the interval off one succeeds, and the grant ends', async () => {
    const pair = await givenTokens(alice)
    const answers = await atOnce(50, () => refresh(pair.refresh, {}, NO_REUSE))
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(49)
    expect(await countLive()).toBe(0)
    expect(await isActive(won[0]?.access_token ?? '')).toBe(false)
    expect(await refresh(won[0]?.refresh_token ?? '')).toMatchObject({ error: 'invalid_grant' })
    expect(
      await env.DB.prepare(`SELECT count(*) AS n FROM audit_events WHERE type LIKE '%replayed'`).first(),
    ).toEqual({
      n: 1,
    })
  })

  threat(98, 'of which half come from another client: those end nothing', async () => {
    const pair = await givenTokens(alice)
    const answers = await atOnce(20, (index) =>
      refresh(pair.refresh, index % 2 ? { client_id: 'other' } : {}),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(distinct(answers, 'refresh_token').filter(Boolean)).toHaveLength(1)
    await expectService()
  })
})

describe('a refresh against what ends its grant', () => {
  threat(104, 'refresh against revocation: nothing lives afterwards, whoever came first', async () => {
    for (const vars of [{}, NO_REUSE, { OAUTH_DELETE_EXPIRED: 'true' }]) {
      for (let round = 0; round < 8; round++) {
        const pair = await givenTokens(alice, {}, vars)
        const revocation = (): Promise<unknown> => revoke(pair.refresh, 'web', vars)
        const early = round % 2 ? revocation() : undefined
        const [answer] = await Promise.all([refresh(pair.refresh, {}, vars), early ?? revocation()])
        for (const value of [pair.access, pair.refresh, answer.access_token, answer.refresh_token]) {
          if (value) expect(await isActive(value)).toBe(false)
        }
      }
    }
    expect(await countLive()).toBe(0)
  })

  threat(104, 'many refreshes against one revocation: nothing lives afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      const pair = await givenTokens(alice)
      const work = [...Array.from({ length: 10 }, () => refresh(pair.refresh)), revoke(pair.refresh)]
      await Promise.all<unknown>(work)
      expect(await countLive()).toBe(0)
    }
  })

  threat(104, 'refresh against a password change: nothing lives afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      const pair = await givenTokens(alice)
      const [answer] = await Promise.all([refresh(pair.refresh), changePassword('x')])
      expect([200, 400]).toContain(answer.status)
      expect(await countLive()).toBe(0)
      expect(await refresh(answer.refresh_token ?? pair.refresh)).toMatchObject({ error: 'invalid_grant' })
    }
  })

  it('a password change while the old password is being hashed wins', async () => {
    const changed = await hashPassword('another')
    let trips = 0
    const vars = bindingsWith(async (call, _binding, statement) => {
      // The note of the refusal, beside the answer.
      if (statement.startsWith('INSERT INTO activity')) return call()
      if (++trips === 2) await changePassword(changed)
      return call()
    })
    expectRefusal(await tokensOf({}, vars), 'invalid_grant')
    // The third trip asks why.
    expect(trips).toBe(3)
    expect(await countLive()).toBe(0)
    expect(await env.DB.prepare('SELECT password_hash FROM users WHERE id = ?').bind(alice).first()).toEqual({
      password_hash: changed,
    })
    expectRefusal(await tokensOf(), 'invalid_grant')
    expect(await tokensOf({ password: 'another' })).toMatchObject({ status: 200 })
  })
})

/** What a password change does: the hash, and the end of the user's grants, at once. */
async function changePassword(hash: string): Promise<void> {
  await env.DB.batch([
    env.DB.prepare('UPDATE users SET password_hash = ?, password_changed_at = 1 WHERE id = ?').bind(
      hash,
      alice,
    ),
    env.DB.prepare('UPDATE grants SET revoked_at = 1 WHERE user_id = ? AND revoked_at IS NULL').bind(alice),
  ])
}

describe('OAUTH_SINGLE_ACCESS_TOKEN', () => {
  const single = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }

  threat(93, 'fifty grants at once, one token; another scope, client or user gets another', async () => {
    const bob = await givenUser('carol')
    const pairs = await atOnce(50, () => givenTokens(alice, { scope: 'read' }, single))
    expect(new Set(pairs.map(({ access }) => access)).size).toBe(1)
    expect(new Set(pairs.map((pair) => pair.refresh)).size).toBe(1)
    const others = await Promise.all([
      givenTokens(alice, { scope: 'read write' }, single),
      givenTokens(alice, { client: 'other', scope: 'read' }, single),
      givenTokens(bob, { scope: 'read' }, single),
    ])
    expect(new Set([...pairs, ...others].map(({ access }) => access)).size).toBe(4)
    expect(await env.DB.prepare('SELECT count(*) AS n FROM grants').first()).toEqual({ n: 4 })
    expect(await isActive(pairs[0]?.access ?? '')).toBe(true)
  })

  threat(93, 'five passwords at once at the endpoint, one token', async () => {
    const answers = await atOnce(5, () => tokensOf({}, single))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(distinct(answers, 'access_token')).toHaveLength(1)
  })

  threat(93, 'grants and refreshes at once leave one live token', async () => {
    const pair = await givenTokens(alice, {}, single)
    await Promise.all([
      ...Array.from({ length: 10 }, () => refresh(pair.refresh, {}, single)),
      ...Array.from({ length: 10 }, () => givenTokens(alice, {}, single)),
    ])
    const { results } = await env.DB.prepare(
      'SELECT id FROM grants WHERE access_revoked_at IS NULL AND revoked_at IS NULL AND single_key IS NOT NULL',
    ).all()
    expect(results).toHaveLength(1)
    const live = await env.DB.prepare(
      'SELECT count(*) AS n FROM grants WHERE access_revoked_at IS NULL AND access_expires_at IS NOT NULL',
    ).first()
    expect(live).toEqual({ n: 1 })
  })
})
