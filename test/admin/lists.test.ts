import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { resources } from '../../src/admin/resources/index.ts'
import type { Browser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { send, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { TOKEN } from '../support/refusal.ts'
import { givenStaff, signIn } from './support.ts'

const LISTS = Object.values(resources)

/** A database that explains each statement that reads, beside running it. */
function explaining(plans: { sql: string; plan: string }[]): D1Database {
  const explain = async (sql: string, values: readonly unknown[]): Promise<void> => {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...values)
      .all<{ detail: string }>()
    plans.push({ sql, plan: results.map(({ detail }) => detail).join('\n') })
  }
  const explained: Promise<void>[] = []
  return {
    prepare(sql: string) {
      return {
        bind(...values: unknown[]) {
          if (sql.startsWith('SELECT')) explained.push(explain(sql, values))
          return env.DB.prepare(sql).bind(...values)
        },
      }
    },
    async batch(statements: D1PreparedStatement[]) {
      await Promise.all(explained)
      return env.DB.batch(statements)
    },
  } as unknown as D1Database
}

/** Some thousand rows of everything, so that the planner has something to choose. */
async function fill(rows: number): Promise<void> {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`
  const insert = async (table: string, columns: string, values: string): Promise<unknown> =>
    env.DB.prepare(`INSERT INTO ${table} (${columns}) ${numbers} SELECT ${values} FROM n`).run()
  await insert(
    'clients',
    'client_id, type, name, grant_types, response_types, created_at, updated_at, disabled_at',
    `'c' || i, 'public', 'Client ' || i, '[]', '[]', i, i, CASE WHEN i % 100 = 0 THEN i END`,
  )
  await insert(
    'users',
    'id, username, username_key, email, email_key, password_hash, password_changed_at, created_at, is_staff',
    `'u' || i, 'user' || i, 'user' || i, 'u' || i || '@x.example', 'u' || i || '@x.example', '!', 0, i, 0`,
  )
  await insert('scopes', 'name, description, created_at', `'s' || i, 'Scope', i`)
  await insert(
    'grants',
    'id, user_id, client_id, grant_type, scope, auth_time, expires_at, created_at, refresh_expires_at, revoked_at',
    `'g' || i, 'u' || (i % 50 + 1), 'c' || (i % 50 + 1), 'password', 'read', 0, 4000000000, i, 4000000000, CASE WHEN i % 100 = 0 THEN i END`,
  )
  await insert(
    'access_tokens',
    'id, grant_id, client_id, scope, created_at, expires_at',
    `'t' || i, 'g' || i, 'c' || (i % 50 + 1), 'read', i, 4000000000`,
  )
  await insert(
    'authorized_clients',
    'user_id, client_id, id, scope, authorized_at, updated_at',
    `'u' || i, 'c' || (i % 50 + 1), 'a' || i, 'read', i, i`,
  )
  await insert(
    'sessions',
    'id, user_id, auth_time, last_seen_at, expires_at',
    `'x' || i, 'u' || i, i, i, 4000000000`,
  )
  await insert(
    'audit_events',
    'id, at, type, actor, user_id, client_id',
    `'e' || i, i, 'signed_in', 'u' || i, 'u' || i, 'c' || i`,
  )
  await insert(
    'refusals',
    'id, at, client_id, endpoint, error, rule',
    `'r' || i, i, 'c' || i, 'token', 'invalid_grant', 'x'`,
  )
  await env.DB.exec('ANALYZE')
}

/** Each value that a filter may have. */
const VALUES: Readonly<Record<string, string>> = {
  actor: 'staff',
  client: 'c7',
  email: 'u1',
  id: 'c1',
  name: 'Client 1',
  type: 'signed_in',
  user: 'user7',
  username: 'user1',
}

async function visitAll(browser: Browser): Promise<void> {
  for (const { filters, kind } of LISTS) {
    const queries = [
      '',
      ...filters.flatMap(({ choices, name }) =>
        (choices?.map(([value]) => value) ?? [VALUES[name] ?? 'x']).map((value) =>
          new URLSearchParams({ [name]: value }).toString(),
        ),
      ),
    ]
    for (const query of queries) {
      const page = await browser.visit(`/admin/${kind}?${query}`)
      expect(page.status).toBe(200)
      const next = /href="([^"]*after=[^"]*)"/.exec(page.text)?.[1]
      const further = next === undefined ? page.path : next.replaceAll('&amp;', '&')
      expect((await browser.get(further)).status).toBe(200)
    }
    expect((await browser.get(`/admin/${kind}/show?id=x`)).status).toBe(404)
  }
  expect((await browser.get('/admin')).status).toBe(200)
}

describe('lists', () => {
  it('are answered by indexes alone, whatever the filter', async () => {
    const plans: { sql: string; plan: string }[] = []
    await fill(3000)
    const { browser } = await givenStaff({ DB: explaining(plans) })
    plans.length = 0
    await visitAll(browser)
    expect(plans.length).toBeGreaterThan(50)
    const scans = plans.filter(({ plan }) => /SCAN (?!CONSTANT|\d|json_each|\()/.test(plan))
    expect(scans).toEqual([])
    // Sorting is left to the index, but for what hangs from one user.
    const sorts = plans.filter(
      ({ plan, sql }) => plan.includes('TEMP B-TREE FOR ORDER BY') && !sql.includes('+'),
    )
    expect(sorts).toEqual([])
  }, 120_000)

  it('go on where the part before ended, in the order of the filter', async () => {
    await fill(120)
    const { browser } = await givenStaff()
    const first = await browser.visit('/admin/clients?name=client%201')
    const ids = (text: string): readonly string[] =>
      [...text.matchAll(/show\?id=(c\d+)"/g)].map(([, id = '']) => id)
    expect(ids(first.text)).toHaveLength(32)
    const all120: string[] = []
    let url: string | undefined = '/admin/clients'
    while (url !== undefined) {
      const page = await browser.visit(url)
      all120.push(...ids(page.text))
      url = /href="([^"]*after=[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(new Set(all120).size).toBe(120)
    expect(all120).toHaveLength(120)
  })
})

describe('exports and pages', () => {
  threat(150, 'show no token, code, secret or password, anywhere', async () => {
    await givenCast()
    const { browser } = await givenStaff()
    const tokens = await tokensOf()
    await signIn('alice')
    await tokensOf({ password: 'a wrong password of alice' })
    const hashes = await all(
      'SELECT secret_hash AS h FROM client_secrets UNION SELECT password_hash FROM users',
    )
    const paths = LISTS.flatMap(({ kind }) => [`/admin/${kind}`, `/admin/export/${kind}`])
    const shown = [...paths, '/admin', '/admin/clients/show?id=web', '/admin/clients/edit?id=web']
    for (const path of shown) {
      const text = await (await browser.get(path)).text()
      expect(text).not.toMatch(TOKEN)
      for (const secret of [
        SECRET,
        PASSWORD,
        tokens.access_token,
        tokens.refresh_token ?? '',
        'a wrong password',
      ]) {
        expect(text).not.toContain(secret)
      }
      for (const { h } of hashes) expect(text).not.toContain(String(h))
    }
  })

  it('write no formula into a spreadsheet', async () => {
    for (const [index, name] of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'a "b", c'].entries()) {
      await givenClient(`c${index}`, { name })
    }
    const { browser } = await givenStaff()
    const response = await browser.get('/admin/export/clients')
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="clients.csv"')
    const lines = (await response.text()).split('\r\n')
    expect(lines[0]?.startsWith('client_id,name,type')).toBe(true)
    const names = lines.slice(1, -1).map((line) => line.split(',')[1])
    expect(new Set(names)).toEqual(new Set(['"a ""b""', "'\t=1", "'+1", "'-1", "'=1+1", "'@SUM(A1)"]))
  })

  it('escape whatever others wrote', async () => {
    await givenClient('x', { name: '<script>alert(1)</script>', url: 'javascript:alert(1)' })
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/clients/show?id=x')
    expect(page.text).not.toContain('<script')
    expect(page.text).not.toContain('href="javascript')
    expect(page.response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect((await send('/admin/clients')).headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})
