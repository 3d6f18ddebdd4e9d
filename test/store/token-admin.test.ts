import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { purgeExpired } from '../../src/store/purge.ts'
import { givenClient, givenUser } from '../support/fixture.ts'
import { all, mark, NOW, sentTwice } from '../support/operator.ts'

const store = createAdminStore(env.DB)
const EVERY = { usernameKey: null, clientId: null }
const PAGE = { after: null, limit: 100 }

const run = async (...statements: readonly string[]): Promise<unknown> =>
  env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))

/** A grant, by default with a refresh token that lives. */
const grant = (
  id: string,
  user: string,
  client: string,
  changes: Readonly<Record<string, number | string>> = {},
): string => {
  const row = {
    id,
    user_id: user,
    client_id: client,
    grant_type: 'password',
    scope: 'read',
    auth_time: 1,
    refresh_expires_at: NOW + 100,
    expires_at: NOW + 100,
    created_at: 1,
    ...changes,
  }
  const values = Object.values(row).map((value) => (typeof value === 'number' ? String(value) : `'${value}'`))
  return `INSERT INTO grants (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`
}

const token = (
  id: string,
  grantId: string | null,
  client: string,
  expiresAt = NOW + 50,
  revokedAt: number | null = null,
): string =>
  `INSERT INTO access_tokens (id, grant_id, client_id, scope, created_at, expires_at, revoked_at)
    VALUES ('${id}', ${grantId === null ? 'NULL' : `'${grantId}'`}, '${client}', 'read', 1, ${expiresAt}, ${revokedAt})`

beforeEach(async () => {
  await givenClient('app')
  await givenClient('other')
  for (const id of ['ada', 'bob']) await givenUser(id, { id })
})

/** Ada has two grants at `app` and one at `other`, bob one at `app`; `app` has a token of its own. */
async function givenTokens(): Promise<void> {
  await run(
    grant('g1', 'ada', 'app'),
    grant('g2', 'ada', 'app', { revoked_at: 5 }),
    grant('g3', 'ada', 'other'),
    grant('g4', 'bob', 'app'),
    token('t1', 'g1', 'app'),
    token('t1-old', 'g1', 'app', NOW + 50, 7),
    token('t2', 'g2', 'app'),
    token('t3', 'g3', 'other'),
    token('t4', 'g4', 'app'),
    token('t4-past', 'g4', 'app', NOW),
    token('t5', null, 'app'),
  )
}

async function living(): Promise<readonly string[]> {
  const access = await store.listTokens('access', EVERY, PAGE)
  const refresh = await store.listTokens('refresh', EVERY, PAGE)
  const live = [...access, ...refresh].filter(
    ({ expiresAt, revokedAt }) => revokedAt === null && expiresAt > NOW,
  )
  return live.map(({ id }) => id)
}

describe('listTokens', () => {
  it('tells of each token whose it is, when it ends and when it was revoked', async () => {
    await givenTokens()
    const [first] = await store.listTokens('access', { usernameKey: 'ada', clientId: 'app' }, PAGE)
    expect(first).toEqual({
      kind: 'access',
      id: 't1',
      clientId: 'app',
      username: 'ada',
      scope: 'read',
      createdAt: 1,
      expiresAt: NOW + 50,
      revokedAt: null,
    })
    const refresh = await store.listTokens('refresh', { usernameKey: 'ada', clientId: null }, PAGE)
    expect(refresh.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ['g1', null],
      ['g2', 5],
      ['g3', null],
    ])
  })

  it('takes the earlier end of a token and its grant', async () => {
    await givenTokens()
    await run('UPDATE grants SET revoked_at = 9')
    const tokens = await store.listTokens('access', EVERY, PAGE)
    const ends = Object.fromEntries(tokens.map(({ id, revokedAt }) => [id, revokedAt]))
    expect(ends).toMatchObject({ t1: 9, 't1-old': 7, t5: null })
  })

  it('filters by user, client or both, and pages', async () => {
    await givenTokens()
    const ids = async (usernameKey: string | null, clientId: string | null, after: string | null = null) =>
      (await store.listTokens('access', { usernameKey, clientId }, { after, limit: 3 })).map(({ id }) => id)
    expect(await ids('ada', null)).toEqual(['t1', 't1-old', 't2'])
    expect(await ids('ada', null, 't2')).toEqual(['t3'])
    expect(await ids(null, 'other')).toEqual(['t3'])
    expect(await ids('bob', 'app')).toEqual(['t4', 't4-past'])
    expect(await ids('bob', 'other')).toEqual([])
    expect(await ids('nobody', null)).toEqual([])
  })

  it('hides grants without a refresh token, and those whose tokens are another grant’s', async () => {
    await run(
      grant('g1', 'ada', 'app'),
      grant('g2', 'ada', 'app', { tokens_of: 'g1' }),
      grant('g3', 'ada', 'app'),
    )
    await run("UPDATE grants SET refresh_expires_at = NULL WHERE id = 'g3'")
    expect((await store.listTokens('refresh', EVERY, PAGE)).map(({ id }) => id)).toEqual(['g1'])
  })
})

describe('revokeTokens', () => {
  it.each([
    ['of a user', { usernameKey: 'ada', clientId: null }, 4, ['t4', 't5', 'g4']],
    ['of a client', { usernameKey: null, clientId: 'app' }, 5, ['t3', 'g3']],
    ['of a user at a client', { usernameKey: 'ada', clientId: 'app' }, 2, ['t3', 't4', 't5', 'g3', 'g4']],
    ['by the id of an access token', { id: 't4' }, 1, ['t1', 't3', 't5', 'g1', 'g3', 'g4']],
    ['by the id of a grant', { id: 'g4' }, 2, ['t1', 't3', 't5', 'g1', 'g3']],
    ['of nobody', { usernameKey: 'nobody', clientId: null }, 0, ['t1', 't3', 't4', 't5', 'g1', 'g3', 'g4']],
    ['of an unknown id', { id: 'nothing' }, 0, ['t1', 't3', 't4', 't5', 'g1', 'g3', 'g4']],
    ['without a filter', EVERY, 0, ['t1', 't3', 't4', 't5', 'g1', 'g3', 'g4']],
  ])('ends and counts those %s', async (_which, target, count, left) => {
    await givenTokens()
    expect(await store.revokeTokens(target, mark())).toBe(count)
    expect(await living()).toEqual(left)
    expect(await store.revokeTokens(target, mark(1))).toBe(0)
  })

  it('counts each token once when many revoke at once, and when a reply was lost', async () => {
    await givenTokens()
    const target = { usernameKey: 'ada', clientId: null }
    const counts = await Promise.all(Array.from({ length: 10 }, () => store.revokeTokens(target, mark())))
    expect(Math.max(...counts)).toBe(4)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4)
    expect(
      await createAdminStore(sentTwice(env.DB)).revokeTokens({ usernameKey: 'bob', clientId: null }, mark()),
    ).toBe(2)
  })

  it('ends the grants that stand for others, too', async () => {
    await run(grant('g1', 'ada', 'app'), grant('g2', 'ada', 'app', { tokens_of: 'g1' }))
    await store.revokeTokens({ id: 'g1' }, mark())
    expect(await all('SELECT id FROM grants WHERE revoked_at IS NULL')).toEqual([])
  })

  it('says in the audit trail what was revoked', async () => {
    await givenTokens()
    await store.revokeTokens({ id: 'g4' }, mark())
    await store.revokeTokens({ usernameKey: 'ada', clientId: 'app' }, mark(1))
    expect(
      await all('SELECT type, actor, user_id, client_id, subject FROM audit_events ORDER BY at, type'),
    ).toEqual([
      { type: 'grant_revoked', actor: 'cli', user_id: 'bob', client_id: 'app', subject: 'g4' },
      { type: 'tokens_revoked', actor: 'cli', user_id: null, client_id: null, subject: '2' },
      { type: 'tokens_revoked', actor: 'cli', user_id: 'ada', client_id: 'app', subject: '2' },
    ])
  })
})

describe('purge', () => {
  const NOTHING = { accessTokens: 0, grants: 0, sessions: 0, throttle: 0 }

  it('removes what has expired, and keeps what a replay is known by', async () => {
    await run(
      grant('gone', 'ada', 'app', { expires_at: NOW - 121 }),
      grant('margin', 'ada', 'app', { expires_at: NOW - 120 }),
      grant('held', 'ada', 'app', { expires_at: NOW - 121 }),
      grant('revoked', 'ada', 'app', { revoked_at: 1 }),
      token('t-gone', 'gone', 'app', NOW),
      token('t-held', 'held', 'app', NOW + 1),
      token('t-own', null, 'app', NOW - 1),
      `INSERT INTO sessions (id, user_id, auth_time, last_seen_at, expires_at) VALUES ('s1', 'ada', 1, 1, ${NOW}), ('s2', 'ada', 1, 1, ${NOW + 1})`,
      `INSERT INTO throttle (key, count, reset_at, op) VALUES ('k1', 1, ${NOW}, ''), ('k2', 1, ${NOW + 1}, '')`,
      `INSERT INTO audit_events (id, at, type) VALUES ('old', 1, 'signed_in')`,
    )
    expect(await store.purge(500, NOW)).toEqual({ accessTokens: 2, grants: 1, sessions: 1, throttle: 1 })
    expect(await store.purge(500, NOW)).toEqual(NOTHING)
    expect((await all('SELECT id FROM grants ORDER BY id')).map(({ id }) => id)).toEqual([
      'held',
      'margin',
      'revoked',
    ])
    expect(await all('SELECT id FROM access_tokens')).toEqual([{ id: 't-held' }])
    expect(await all('SELECT id FROM sessions')).toEqual([{ id: 's2' }])
    expect(await all('SELECT key FROM throttle')).toEqual([{ key: 'k2' }])
    expect(await all('SELECT id FROM audit_events')).toEqual([{ id: 'old' }])
  })

  it('goes on in bounded batches until nothing is left, or the rounds are used up', async () => {
    const many = (table: string, rows: string): string =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO ${table} ${rows}`
    await run(
      many(
        'grants (id, user_id, client_id, grant_type, scope, auth_time, expires_at, created_at)',
        "SELECT 'g' || i, 'ada', 'app', 'password', 'read', 1, 1, 1 FROM n",
      ),
      many(
        'access_tokens (id, grant_id, client_id, scope, created_at, expires_at)',
        "SELECT 't' || i, 'g' || i, 'app', 'read', 1, 1 FROM n",
      ),
    )
    expect(await purgeExpired(store, NOW, 1)).toMatchObject({ accessTokens: 500, grants: 500 })
    expect(await purgeExpired(store, NOW, 100)).toMatchObject({ accessTokens: 700, grants: 700 })
    expect(await purgeExpired(store, NOW, 100)).toEqual(NOTHING)
  })
})
