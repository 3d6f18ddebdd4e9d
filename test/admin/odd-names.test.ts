import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
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

async function fill(): Promise<void> {
  const numbers = Array.from({ length: COUNT }, (_, index) => index)
  const insert = async (sql: string, values: readonly string[]): Promise<void> => {
    await env.DB.prepare(sql).bind(JSON.stringify(values)).run()
  }
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

it('lists and exports of 1,000 odd names show each once and run none of them', async () => {
  await fill()
  await env.DB.prepare(
    `INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)`,
  ).run()
  const { browser, id } = await givenStaff()
  for (const kind of ['users', 'clients', 'scopes']) {
    const text = (await pagesOf(browser, kind)).join('\n')
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('<img src=x')
    expect(text).not.toContain('<b>%')
    const shown = new Set([...text.matchAll(/show\?id=([^"&]+)/g)].map(([, found]) => found))
    expect(shown.size).toBeGreaterThanOrEqual(COUNT)
  }

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
    const csv = await (await browser.get(`/admin/export/${kind}`)).text()
    expect(csv).not.toMatch(/(?:^|[\n,;\t|]"?)[=+@]/)
  }
}, 60_000)
