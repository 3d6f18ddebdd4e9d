import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { resources } from '../../src/operations/resources/index.ts'
import type { Browser } from '../support/browser.ts'
import { send } from '../support/http.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { givenStaff } from './support.ts'

/** What people, attackers and old systems put into a name. */
const ODD = [
  'plain',
  ' spaces around ',
  'عربي \u202Egnp.exe',
  'e\u0301\u0301\u0301 combined',
  '👩‍👩‍👧‍👦',
  '"quoted" and \'single\'',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '=HYPERLINK("https://evil.example")',
  ';=1+1',
  '\t@SUM(1)',
  "'; DROP TABLE users; --",
  '%_%',
  '__proto__',
  '../../etc/passwd',
  '&amp;&lt;',
  'İstanbul ß ǅ',
  'x'.repeat(200),
]
const COUNT = 1000

/** Names of scopes have no spaces (RFC 6749 3.3). */
const name = (index: number): string => `${ODD[index % ODD.length] ?? ''} ${index}`
const scopeName = (index: number): string => `s${index}'<b>%_=;${index % 7}`

const numbers = Array.from({ length: COUNT }, (_, index) => index)

async function insert(sql: string, values: readonly string[]): Promise<void> {
  await env.DB.prepare(sql).bind(JSON.stringify(values)).run()
}

async function fill(): Promise<void> {
  await insert(
    `INSERT INTO users (id, username, username_key, email, email_key, password_hash, password_changed_at, created_at)
     SELECT 'u' || key, value, value, value || '@x.example', value || '@x.example', '!', 0, key FROM json_each(?)`,
    numbers.map(name),
  )
  await insert(
    `INSERT INTO clients (client_id, type, name, grant_types, response_types, created_at, updated_at)
     SELECT 'c' || key || value, 'public', value, '[]', '[]', key, key FROM json_each(?)`,
    numbers.map(name),
  )
  await insert(
    `INSERT INTO scopes (name, description, created_at) SELECT value, value, key FROM json_each(?)`,
    numbers.map(scopeName),
  )
}

/** Of each name what hangs from its user and client, and what was noted of them. */
async function fillWhatHangs(): Promise<void> {
  for (const sql of [
    `INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
     SELECT 'u' || key, 'c' || key || value, 'a' || key, 's' || key, key, key FROM json_each(?)`,
    `INSERT INTO client_documents (client_id, document, fetched_at, expires_at, tried_at, problem, notes, created_at, op)
     SELECT 'c' || key || value, value, key, key, key, value, json_array(value), key, key FROM json_each(?)`,
    `INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, access_expires_at, expires_at, created_at, refresh_expires_at)
     SELECT printf('%012x', key) || key, 'u' || key, 'c' || key || value, 'password', 's' || key, 0, 4000000000, 4000000000, key, 4000000000 FROM json_each(?)`,
    `INSERT INTO sessions (id, user_id, auth_time, last_seen_at, expires_at, user_agent, network)
     SELECT 'se' || key, 'u' || key, 4000000000, 4000000000, 4000000000, value, value FROM json_each(?)`,
    `INSERT INTO refusals (id, at, client_id, endpoint, asked, error, rule)
     SELECT 'r' || key, key, 'c' || key || value, 'token', value, value, value FROM json_each(?)`,
    `INSERT INTO audit_events (id, at, type, actor, user_id, client_id, subject, network)
     SELECT 'e' || key, key, 'client_created', value, 'u' || key, 'c' || key || value, value, value FROM json_each(?)`,
  ])
    await insert(sql, numbers.map(name))
}

/** Follows a list of the panel to its end. */
async function pagesOf(browser: Browser, kind: string): Promise<readonly string[]> {
  const pages: string[] = []
  let path: string | undefined = `/admin/${kind}`
  while (path !== undefined) {
    const { status, text } = await browser.visit(path)
    expect([path, status]).toEqual([path, 200])
    pages.push(text)
    const next: string | undefined = /href="([^"]+)"[^>]*>\s*Next page/.exec(text)?.[1]
    path = next?.replaceAll('&amp;', '&')
  }
  return pages
}

/** Checks that a list shows each record once and runs none of them, on its pages and in its export. */
async function expectWhole(browser: Browser, kind: string): Promise<void> {
  const text = (await pagesOf(browser, kind)).join('\n')
  expect(text).not.toContain('<script>alert')
  expect(text).not.toContain('<img src=x')
  expect(text).not.toContain('<b>%')
  const shown = [...text.matchAll(new RegExp(`/admin/${kind}/show\\?id=([^"&]+)`, 'g'))]
  expect([kind, new Set(shown.map(([, found]) => found)).size >= COUNT]).toEqual([kind, true])
  const csv = await (await browser.get(`/admin/export/${kind}`)).text()
  expect(csv.split('\r\n').length).toBeGreaterThan(COUNT)
  expect(csv).not.toMatch(/(?:^|[\n,;\t|]"?)[=+@]/)
}

const NAMED = ['users', 'clients', 'scopes']

it('lists and exports of what 1,000 odd names have and did show each once and run none of them', async () => {
  await fill()
  await fillWhatHangs()
  const { browser } = await givenStaff()
  const others = Object.keys(resources).filter((kind) => !NAMED.includes(kind))
  expect(others.length).toBeGreaterThan(5)
  for (const kind of others) await expectWhole(browser, kind)
}, 120_000)

it('lists and exports of 1,000 odd names show each once and run none of them', async () => {
  await fill()
  await env.DB.prepare(
    `INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)`,
  ).run()
  const { browser, id } = await givenStaff()
  for (const kind of NAMED) await expectWhole(browser, kind)

  const headers = { Authorization: `Bearer ${await givenAdminToken(id)}` }
  for (const [kind, column] of [
    ['users', 'username'],
    ['clients', 'name'],
    ['scopes', 'name'],
  ] as const) {
    const found = new Set<unknown>()
    let after: string | null = ''
    while (after !== null) {
      const query = new URLSearchParams({ limit: '200', ...(after !== '' && { after }) })
      const response: Response = await send(`/admin/api/${kind}?${query.toString()}`, { headers })
      expect(response.status).toBe(200)
      const page: { records: Record<string, unknown>[]; next: string | null } = await response.json()
      for (const record of page.records) found.add(record[column])
      after = page.next
    }
    for (let index = 0; index < COUNT; index++) {
      expect(found.has(kind === 'scopes' ? scopeName(index) : name(index))).toBe(true)
    }
  }
}, 120_000)
