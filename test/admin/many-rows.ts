import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { resources } from '../../src/operations/resources/index.ts'
import { type RecordKind, SORTS } from '../../src/store/browse.ts'
import type { Browser } from '../support/browser.ts'

/** A statement, and how it is answered. */
export interface Plan {
  readonly sql: string
  readonly plan: string
}

/** A database that explains each statement that reads, beside running it. */
export function explaining(plans: Plan[]): D1Database {
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

/** Rows that one statement writes: D1 gives it 30 seconds. */
const PART = 100_000

/** Fills every table, so that the planner has something to choose. */
export async function fill(rows: number, tokens = rows): Promise<void> {
  const insert = async (table: string, columns: string, values: string, count = rows): Promise<void> => {
    for (let from = 0; from < count; from += PART) {
      const to = Math.min(from + PART, count)
      const numbers = `WITH RECURSIVE n (i) AS (SELECT ${from + 1} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`
      await env.DB.prepare(`INSERT INTO ${table} (${columns}) ${numbers} SELECT ${values} FROM n`).run()
    }
  }
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
    'id, user_id, client_id, grant_type, scope, auth_time, access_expires_at, expires_at, created_at, refresh_expires_at, revoked_at',
    `printf('%012x', i) || i, 'u' || (i % 50 + 1), 'c' || (i % 50 + 1), 'password', 'read', 0, 4000000000, 4000000000, i, 4000000000, CASE WHEN i % 100 = 0 THEN i END`,
    tokens,
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
  await insert(
    'client_documents',
    'client_id, expires_at, tried_at, created_at, op',
    `'https://c' || i || '.example/', 0, 0, i, 'x'`,
  )
  await env.DB.exec('ANALYZE')
}

const isStored = (kind: string): kind is RecordKind => Object.hasOwn(SORTS, kind)

/** The address of the part before (`before`) or behind (`after`) the one that is shown; null if there is none. */
export function linkOf(text: string, part: 'after' | 'before'): string | null {
  const link = new RegExp(`href="([^"]*[?;]${part}=[^"]*)"[^>]*>\\s*(?:Next|Previous) page`).exec(text)?.[1]
  return link?.replaceAll('&amp;', '&') ?? null
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

/**
 * The address of each list, without a filter, with each value of each filter and in each order, of its second part, and of the first
 * as one gets back to it.
 */
export async function visitLists(browser: Browser, visit: (path: string) => Promise<string>): Promise<void> {
  for (const { filters, kind } of Object.values(resources)) {
    const queries = [
      '',
      ...filters.flatMap(({ choices, name }) =>
        (choices?.map(([value]) => value) ?? [VALUES[name] ?? 'x']).map((value) =>
          new URLSearchParams({ [name]: value }).toString(),
        ),
      ),
      ...(isStored(kind) ? SORTS[kind] : []).flatMap((sort) => [`sort=${sort}`, `sort=-${sort}`]),
    ]
    for (const query of queries) {
      const text = await visit(`/admin/${kind}?${query}`)
      const next = linkOf(text, 'after')
      const previous = next && linkOf(await visit(next), 'before')
      if (previous) await visit(previous)
    }
    expect((await browser.get(`/admin/${kind}/show?id=x`)).status).toBe(404)
  }
  await visit('/admin')
}

/** Checks that indexes answered everything: no table was read from one end to the other, and nothing sorted. */
export function expectIndexes(plans: readonly Plan[]): void {
  expect(plans.length).toBeGreaterThan(50)
  expect(plans.filter(({ plan }) => /SCAN (?!CONSTANT|\d|json_each|\()/.test(plan))).toEqual([])
  // Sorting is left to the index, but for what hangs from one user.
  const sorts = plans.filter(
    ({ plan, sql }) => plan.includes('TEMP B-TREE FOR ORDER BY') && !sql.includes('+'),
  )
  expect(sorts).toEqual([])
}
