import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { authorize, codeIn, redeem, signedIn } from '../support/flow.ts'
import { answerOf, introspect, post, token } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenTokens, isActive, type Pair } from '../support/tokens.ts'

/** Rows of each kind that have expired: the handler needs several rounds for them. */
const EXPIRED = 2_600

let alice: string
beforeEach(async () => {
  alice = (await givenCast()).alice
})

/** Runs the handler as the cron trigger does. */
async function purge(): Promise<void> {
  await worker.scheduled({ cron: '0 3 * * *', scheduledTime: Date.now(), noRetry: () => {} }, env)
}

async function givenExpired(): Promise<void> {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${EXPIRED})`
  await all(
    `${numbers} INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, access_expires_at, expires_at, created_at)
     SELECT 'old-' || i, '${alice}', 'web', 'password', 'read', 1, 2, 2, 1 FROM n`,
  )
  await all(
    `${numbers} INSERT INTO token_aliases (id, grant_id, sequence) SELECT 'old-' || i, 'old-' || i, 0 FROM n`,
  )
  await all(
    `${numbers} INSERT INTO sessions (id, user_id, auth_time, last_seen_at, expires_at)
     SELECT 'old-' || i, '${alice}', 1, 1, 2 FROM n`,
  )
  await all(`${numbers} INSERT INTO throttle (key, count, reset_at, op) SELECT 'old-' || i, 1, 2, 'x' FROM n`)
}

/** Everything that lives, by table and id. */
async function livingRows(): Promise<readonly string[]> {
  const tables = await Promise.all([
    all("SELECT 'alias ' || id AS row FROM token_aliases WHERE id NOT LIKE 'old-%'"),
    all("SELECT 'grant ' || id AS row FROM grants WHERE expires_at > unixepoch()"),
    all("SELECT 'session ' || id AS row FROM sessions WHERE expires_at > unixepoch()"),
    all("SELECT 'throttle ' || key AS row FROM throttle WHERE reset_at > unixepoch()"),
    all("SELECT 'consent ' || id AS row FROM authorized_clients"),
    all("SELECT 'user ' || id AS row FROM users"),
    all("SELECT 'client ' || client_id AS row FROM clients"),
  ])
  return tables.flat().map(({ row }) => String(row))
}

async function countExpired(): Promise<unknown> {
  const [row] = await all(
    `SELECT (SELECT count(*) FROM token_aliases WHERE id LIKE 'old-%') + (SELECT count(*) FROM grants WHERE id LIKE 'old-%')
       + (SELECT count(*) FROM sessions WHERE id LIKE 'old-%') + (SELECT count(*) FROM throttle WHERE key LIKE 'old-%') AS n`,
  )
  return row?.['n']
}

describe('the scheduled handler', () => {
  it('removes what has expired while fifty requests run: none fails, and nothing that lives is lost', async () => {
    const ten = Array.from({ length: 10 }, (_, index) => index)
    const givenTen = async (): Promise<readonly Pair[]> => {
      const pairs: Pair[] = []
      for (const _ of ten) pairs.push(await givenTokens(alice, { scope: 'read' }))
      return pairs
    }
    const refreshed = await givenTen()
    // What these grants have left is their refresh token.
    await all('UPDATE grants SET access_expires_at = 2')
    const introspected = await givenTen()
    const revoked = await givenTen()
    const codes: string[] = []
    for (const _ of ten) codes.push(codeIn(await authorize(await signedIn(alice))))
    await all("INSERT INTO throttle (key, count, reset_at, op) VALUES ('live', 1, 4000000000, 'x')")
    await all("INSERT INTO token_aliases (id, grant_id) SELECT 'of-' || id, id FROM grants")
    const before = await livingRows()
    await givenExpired()

    const over = new AbortController()
    const purging = (async () => {
      while (!over.signal.aborted) await purge()
    })()
    const answers = await Promise.all([
      ...refreshed.map(async ({ refresh }) => token({ grant_type: 'refresh_token', refresh_token: refresh })),
      ...introspected.map(async ({ access }) => introspect(access, 'web')),
      ...codes.map(async (code) => redeem(code)),
      ...ten.map(async () => token({ client_id: 'service', grant_type: 'client_credentials' })),
      ...revoked.map(async ({ refresh }) =>
        answerOf(await post('/oauth2/revoke', { client_id: 'web', client_secret: SECRET, token: refresh })),
      ),
    ])
    over.abort()
    await purging

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(answers).toHaveLength(50)
    expect(await countExpired()).toBe(0)
    const after = new Set(await livingRows())
    expect(before.filter((row) => !after.has(row))).toEqual([])
    for (const { access_token: access, refresh_token: refresh } of answers.slice(0, 10)) {
      expect(await isActive(access)).toBe(true)
      expect(await token({ grant_type: 'refresh_token', refresh_token: refresh ?? '' })).toMatchObject({
        status: 200,
      })
    }
    expect(answers.slice(10, 20).map(({ active }) => active)).toEqual(ten.map(() => true))
    for (const { access_token: access } of answers.slice(20, 30)) expect(await isActive(access)).toBe(true)
    for (const { access } of revoked) expect(await isActive(access)).toBe(false)
    // A spent code is still known as spent: its replay ends what it brought.
    expect(await redeem(codes[0] ?? '')).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await isActive(answers[20]?.access_token ?? '')).toBe(false)
  })
})
