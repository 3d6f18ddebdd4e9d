import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { purgeExpired } from '../../src/store/purge.ts'
import toolkit from '../fixtures/django/toolkit.json'
import dump from '../fixtures/first-layout/dump.json'
import { redeem } from '../support/flow.ts'
import { type Answer, answerOf, introspect, post, refresh, revoke, token } from '../support/http.ts'
import { importRecords } from '../support/import.ts'
import { all } from '../support/operator.ts'
import { expectRefusal } from '../support/refusal.ts'
import { isActive } from '../support/tokens.ts'

const { tokens } = dump
const STRICT = { OAUTH_REFRESH_REUSE_INTERVAL: '0' }
/** The interval reaches from when the dump was made until long after this test. */
const LENIENT = { OAUTH_REFRESH_REUSE_INTERVAL: '1000000000' }
const MOVE = 'one_row_a_grant'

/** Brings the database back to the first layout, with the rows of the dump, and migrates it as a deployment does. */
async function migrateDump(): Promise<void> {
  const names =
    await all(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'`)
  await env.DB.batch([
    env.DB.prepare('PRAGMA defer_foreign_keys = ON'),
    ...names.map(({ name }) => env.DB.prepare(`DROP TABLE "${String(name)}"`)),
  ])
  const before = env.TEST_MIGRATIONS.filter(({ name }) => !name.includes(MOVE))
  const first = before.filter(({ name }) => /^000[01]_/.test(name))
  await applyD1Migrations(env.DB, first)
  await env.DB.batch([
    env.DB.prepare('PRAGMA defer_foreign_keys = ON'),
    ...Object.entries(dump.tables).flatMap(([table, rows]) =>
      rows.map((row) => {
        const columns = Object.keys(row)
        const places = columns.map(() => '?').join(', ')
        return env.DB.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).bind(
          ...Object.values(row),
        )
      }),
    ),
  ])
  for (const [name, value] of Object.entries(dump.kv)) await env.KV.put(name, value)
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
}

/** Presents a refresh token of the import. */
async function refreshImported(value: string): Promise<Answer> {
  const form = {
    grant_type: 'refresh_token',
    client_id: 'web-id',
    client_secret: 'secret of web',
    refresh_token: value,
  }
  return answerOf(await post('/oauth2/token', form, {}, { OAUTH_IMPORTED_TOKENS: 'true', ...STRICT }))
}

describe('a database of the first layout, migrated', () => {
  beforeEach(migrateDump)

  it('knows every live access token, with its scope', async () => {
    const scopes: Record<string, string> = {
      [tokens.pair.access]: 'read write',
      [tokens.narrowed.access]: 'read',
      [tokens.rotated.access]: 'read',
      [tokens.service]: 'read',
      [tokens.single.access]: 'read',
      [tokens.spent.access]: 'read',
    }
    for (const [value, scope] of Object.entries(scopes)) {
      expect(await introspect(value)).toMatchObject({ active: true, scope, token_type: 'Bearer' })
    }
    expect(await introspect(tokens.pair.access)).toMatchObject({ username: 'alice', client_id: 'web' })
    expect(await introspect(tokens.service)).not.toHaveProperty('username')
    for (const value of [tokens.revoked.access, tokens.half.access, tokens.narrowed.replaced.access]) {
      expect(await introspect(value)).toMatchObject({ active: false })
    }
  })

  it('knows every live refresh token, which goes on as one of the new format', async () => {
    for (const value of [
      tokens.pair.refresh,
      tokens.narrowed.refresh,
      tokens.half.refresh,
      tokens.spent.refresh,
    ]) {
      expect(await isActive(value)).toBe(true)
      const next = await refresh(value, {}, STRICT)
      expect(next).toMatchObject({ status: 200 })
      expect(next.access_token).toMatch(/^at_[\w-]{74}$/)
      expect(await isActive(next.access_token)).toBe(true)
      expect(await refresh(next.refresh_token ?? '', {}, STRICT)).toMatchObject({ status: 200 })
    }
    // A refresh ends the access token of the first format, too, and a grant that was narrowed gives all of its scope again.
    expect(await isActive(tokens.pair.access)).toBe(false)
    expectRefusal(await refresh(tokens.revoked.refresh), 'invalid_grant')
  })

  it('gives the whole scope again where only the access token was narrowed', async () => {
    expect(await refresh(tokens.narrowed.refresh)).toMatchObject({ scope: 'read write', status: 200 })
  })

  it('says a lost reply of before again', async () => {
    const again = await refresh(tokens.rotated.before, { client_id: 'web' }, LENIENT)
    expect(again).toMatchObject({ scope: 'read', status: 200 })
    expect(await isActive(again.access_token)).toBe(true)
    expect(await isActive(tokens.rotated.access)).toBe(true)
    expect(await refresh(again.refresh_token ?? '', {}, LENIENT)).toMatchObject({ status: 200 })
  })

  it('knows a replay of before: of the number just replaced, of an older one, and of a code', async () => {
    expectRefusal(await refresh(tokens.narrowed.replaced.refresh, {}, STRICT), 'invalid_grant')
    expect(await isActive(tokens.narrowed.access)).toBe(false)
    expectRefusal(await refresh(tokens.rotated.first, {}, LENIENT), 'invalid_grant')
    expect(await isActive(tokens.rotated.access)).toBe(false)
    expectRefusal(await redeem(tokens.spent.code), 'invalid_grant')
    expect(await isActive(tokens.spent.access)).toBe(false)
    expectRefusal(await refresh(tokens.spent.refresh), 'invalid_grant')
  })

  it('redeems a code that was waiting, once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(tokens.codeWaiting)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(await isActive(won[0]?.access_token ?? '')).toBe(false)
    const other = await redeem(tokens.codeReplayed)
    expect(other).toMatchObject({ scope: 'read', status: 200 })
    expect(await isActive(other.access_token)).toBe(true)
    expectRefusal(await redeem(tokens.codeReplayed), 'invalid_grant')
    expect(await isActive(other.access_token)).toBe(false)
  })

  it('revokes tokens of before', async () => {
    await revoke(tokens.pair.access)
    expect(await isActive(tokens.pair.access)).toBe(false)
    expect(await isActive(tokens.pair.refresh)).toBe(true)
    await revoke(tokens.pair.refresh)
    expect(await isActive(tokens.pair.refresh)).toBe(false)
    await revoke(tokens.service, 'service')
    expect(await introspect(tokens.service)).toMatchObject({ active: false })
  })

  it('goes on with the one live token of a user, client and scope', async () => {
    const [row] = await all("SELECT count(*) AS n FROM grants WHERE single_key LIKE '%other%'")
    expect(row).toEqual({ n: 1 })
    const next = await refresh(
      tokens.single.refresh,
      { client_id: 'other' },
      { OAUTH_SINGLE_ACCESS_TOKEN: 'true' },
    )
    expect(next).toMatchObject({ status: 200 })
  })

  it('takes imported tokens, once each, and an import again brings none back', async () => {
    const vars = { OAUTH_IMPORTED_TOKENS: 'true' }
    const ask = async (value: string): Promise<unknown> => introspect(value, 'web', vars)
    for (const value of ['access-token-of-ada-at-web', 'access-token-of-service']) {
      expect(await ask(value)).toMatchObject({ active: true })
    }
    const rows = await all('SELECT id, refresh_seq, revoked_at FROM grants ORDER BY id')
    await importRecords(toolkit)
    expect(await all('SELECT id, refresh_seq, revoked_at FROM grants ORDER BY id')).toEqual(rows)
    expect(await refreshImported('refresh-token-of-ada-at-web')).toMatchObject({
      scope: 'read write',
      status: 200,
    })
    expect(await ask('access-token-of-ada-at-web')).toMatchObject({ active: false })
    expectRefusal(await refreshImported('refresh-token-of-ada-at-web'), 'invalid_grant')
  })

  it('keeps aliases only as long as they lead somewhere', async () => {
    const count = async (): Promise<unknown> =>
      (await all('SELECT count(*) AS n FROM token_aliases'))[0]?.['n']
    const before = Number(await count())
    expect(before).toBeGreaterThan(15)
    const store = createAdminStore(env.DB)
    await purgeExpired(store, Math.floor(Date.now() / 1000), 100)
    expect(Number(await count())).toBeGreaterThan(15)
    for (const value of [tokens.pair.refresh, tokens.half.refresh, tokens.spent.refresh]) await refresh(value)
    await purgeExpired(store, Math.floor(Date.now() / 1000), 100)
    expect(Number(await count())).toBeLessThan(before)
    await purgeExpired(store, 4_100_000_000, 100)
    expect(await count()).toBe(0)
    expect(await all('SELECT id FROM grants')).toEqual([])
  })

  it('holds no foreign key that leads nowhere, and loses no other row', async () => {
    expect(await all('PRAGMA foreign_key_check')).toEqual([])
    for (const table of [
      'users',
      'clients',
      'client_secrets',
      'authorized_clients',
      'sessions',
      'audit_events',
    ] as const) {
      const [row] = await all(`SELECT count(*) AS n FROM ${table}`)
      expect(row).toEqual({ n: dump.tables[table].length })
    }
    expect(await token({ client_id: 'service', grant_type: 'client_credentials' })).toMatchObject({
      status: 200,
    })
  })
})
