import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { tokenLists } from '../../src/store/d1/admin/list-tokens.ts'
import { purgeExpired } from '../../src/store/purge.ts'
import { givenClient, givenUser } from '../support/fixture.ts'
import { all, mark, NOW, sentTwice } from '../support/operator.ts'

const store = { ...createAdminStore(env.DB), ...tokenLists(env.DB) }
const EVERY = { usernameKey: null, clientId: null }
const PAGE = { after: null, limit: 100 }

const run = async (...statements: readonly string[]): Promise<unknown> =>
  env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))

/** A grant, by default with an access token and a refresh token that live. Without a user it is a client's own. */
const grant = (
  id: string,
  user: string | null,
  client: string,
  changes: Readonly<Record<string, number | string | null>> = {},
): string => {
  const row = {
    id,
    user_id: user,
    client_id: client,
    grant_type: 'password',
    scope: 'read',
    auth_time: 1,
    access_expires_at: NOW + 50,
    refresh_expires_at: user === null ? null : NOW + 100,
    expires_at: NOW + 100,
    created_at: 1,
    ...changes,
  }
  const values = Object.values(row).map((value) => (typeof value === 'string' ? `'${value}'` : String(value)))
  return `INSERT INTO grants (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`
}

beforeEach(async () => {
  await givenClient('app')
  await givenClient('other')
  for (const id of ['ada', 'bob']) await givenUser(id, { id })
})

/** Ada has two grants at `app` and one at `other`, bob one at `app`; `app` has a token of its own. Other tokens are dead. */
async function givenTokens(): Promise<void> {
  await run(
    grant('g1', 'ada', 'app'),
    grant('g1-old', 'ada', 'app', { access_revoked_at: 7, refresh_expires_at: null, refresh_seq: 3 }),
    grant('g2', 'ada', 'app', { revoked_at: 5 }),
    grant('g3', 'ada', 'other'),
    grant('g4', 'bob', 'app'),
    grant('g4-past', 'bob', 'app', { access_expires_at: NOW, refresh_expires_at: null }),
    grant('g5', null, 'app'),
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
      id: 'g1.0',
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
    expect(ends).toMatchObject({ 'g1.0': 9, 'g1-old.3': 7, 'g2.0': 9 })
  })

  it('filters by user, client or both, and pages', async () => {
    await givenTokens()
    const ids = async (usernameKey: string | null, clientId: string | null, after: string | null = null) =>
      (await store.listTokens('access', { usernameKey, clientId }, { after, limit: 3 })).map(({ id }) => id)
    expect(await ids('ada', null)).toEqual(['g1.0', 'g1-old.3', 'g2.0'])
    expect(await ids('ada', null, 'g2.0')).toEqual(['g3.0'])
    expect(await ids(null, 'other')).toEqual(['g3.0'])
    expect(await ids('bob', 'app')).toEqual(['g4.0', 'g4-past.0'])
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
    ['of a user', { usernameKey: 'ada', clientId: null }, 4, ['g4.0', 'g5.0', 'g4']],
    ['of a client', { usernameKey: null, clientId: 'app' }, 5, ['g3.0', 'g3']],
    [
      'of a user at a client',
      { usernameKey: 'ada', clientId: 'app' },
      2,
      ['g3.0', 'g4.0', 'g5.0', 'g3', 'g4'],
    ],
    ['by the id of an access token', { id: 'g4.0' }, 1, ['g1.0', 'g3.0', 'g5.0', 'g1', 'g3', 'g4']],
    ['by the id of a grant', { id: 'g4' }, 2, ['g1.0', 'g3.0', 'g5.0', 'g1', 'g3']],
    [
      'of nobody',
      { usernameKey: 'nobody', clientId: null },
      0,
      ['g1.0', 'g3.0', 'g4.0', 'g5.0', 'g1', 'g3', 'g4'],
    ],
    ['of an unknown id', { id: 'nothing' }, 0, ['g1.0', 'g3.0', 'g4.0', 'g5.0', 'g1', 'g3', 'g4']],
    ['without a filter', EVERY, 0, ['g1.0', 'g3.0', 'g4.0', 'g5.0', 'g1', 'g3', 'g4']],
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
  const NOTHING = { grants: 0, sessions: 0, throttle: 0 }
  const alias = (id: string, grantId: string, sequence: number | null = null): string =>
    `INSERT INTO token_aliases (id, grant_id, sequence) VALUES ('${id}', '${grantId}', ${sequence})`

  it('removes what has expired, and keeps what a replay is known by', async () => {
    await run(
      grant('gone', 'ada', 'app', { expires_at: NOW - 121 }),
      grant('margin', 'ada', 'app', { expires_at: NOW - 120 }),
      grant('revoked', 'ada', 'app', { revoked_at: 1 }),
      grant('own', null, 'app', { expires_at: NOW - 121 }),
      `INSERT INTO sessions (id, user_id, auth_time, last_seen_at, expires_at) VALUES ('s1', 'ada', 1, 1, ${NOW}), ('s2', 'ada', 1, 1, ${NOW + 1})`,
      `INSERT INTO throttle (key, count, reset_at, op) VALUES ('k1', 1, ${NOW}, ''), ('k2', 1, ${NOW + 1}, '')`,
      `INSERT INTO used_jti (jti_hash, op, expires_at) VALUES ('j1', '', ${NOW}), ('j2', '', ${NOW + 1})`,
      `INSERT INTO audit_events (id, at, type) VALUES ('old', 1, 'signed_in')`,
    )
    expect(await store.purge(500, NOW)).toEqual({ grants: 2, sessions: 1, throttle: 1, isWalkOver: true })
    expect(await store.purge(500, NOW)).toEqual({ ...NOTHING, isWalkOver: true })
    expect((await all('SELECT id FROM grants ORDER BY id')).map(({ id }) => id)).toEqual([
      'margin',
      'revoked',
    ])
    expect(await all('SELECT id FROM sessions')).toEqual([{ id: 's2' }])
    expect(await all('SELECT key FROM throttle')).toEqual([{ key: 'k2' }])
    expect(await all('SELECT jti_hash FROM used_jti')).toEqual([{ jti_hash: 'j2' }])
    expect(await all('SELECT id FROM audit_events')).toEqual([{ id: 'old' }])
  })

  it('removes aliases that lead to nothing that may come again', async () => {
    await run(
      grant('lives', 'ada', 'app', { refresh_seq: 2 }),
      grant('past', 'ada', 'app', { access_expires_at: NOW }),
      alias('refresh token', 'lives'),
      alias('access token', 'lives', 2),
      alias('access token, replaced', 'lives', 1),
      alias('access token, expired', 'past', 0),
      alias('of a grant that is gone', 'gone'),
    )
    await store.purge(500, NOW)
    const left = (await all('SELECT id FROM token_aliases ORDER BY id')).map(({ id }) => id)
    expect(left).toEqual(['access token', 'refresh token'])
  })

  it('walks grants in slices, and goes on where it stopped', async () => {
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)'
    await run(
      `${numbers} INSERT INTO grants (id, client_id, grant_type, scope, expires_at, created_at)
        SELECT printf('g%03d', i), 'app', 'client_credentials', 'read', CASE WHEN i % 2 THEN 1 ELSE ${NOW} END, 1 FROM n`,
    )
    const removed: number[] = []
    for (;;) {
      const { grants, isWalkOver } = await store.purge(5, NOW)
      removed.push(grants)
      if (isWalkOver) break
    }
    expect(removed).toEqual([25, 25, 10])
    // What came behind the walk is found by the next one.
    await run(grant('a', null, 'app', { expires_at: 1 }))
    expect(await purgeExpired(store, NOW, 1)).toMatchObject({ grants: 1 })
    expect(await purgeExpired(store, NOW, 100)).toEqual(NOTHING)
  })

  it('sent again after a lost reply loses and skips nothing', async () => {
    await run(
      ...Array.from({ length: 12 }, (_, at) =>
        grant(`g${String(at).padStart(2, '0')}`, null, 'app', { expires_at: 1 }),
      ),
    )
    const twice = createAdminStore(sentTwice(env.DB))
    for (let round = 0; round < 20; round++) await twice.purge(1, NOW)
    expect(await all('SELECT id FROM grants')).toEqual([])
  })
})
