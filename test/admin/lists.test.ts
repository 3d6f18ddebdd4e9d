import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { resources } from '../../src/operations/resources/index.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { send, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { TOKEN } from '../support/refusal.ts'
import { fill } from './many-rows.ts'
import { givenStaff, signIn } from './support.ts'

const LISTS = Object.values(resources)

/** The cells of a text, as a spreadsheet with a separator reads it: quotes count at the beginning of a cell alone. */
function readCells(text: string, separator: string): readonly string[] {
  const cells: string[] = []
  let at = 0
  while (at < text.length) {
    const quoted = text[at] === '"' ? /^"((?:[^"]|"")*)"?/.exec(text.slice(at)) : null
    at += quoted?.[0].length ?? 0
    const rest = new RegExp(`^[^${separator}\r\n]*`).exec(text.slice(at))?.[0] ?? ''
    at += rest.length + 1
    cells.push((quoted?.[1] ?? '').replaceAll('""', '"') + rest)
  }
  return cells
}

describe('lists', () => {
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

  it('answer an export that fails at once with an error, not with half a file', async () => {
    const broken = {
      prepare: (sql: string) => env.DB.prepare(sql.replace('FROM refusals r', 'FROM a_table_that_is_gone r')),
      batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
    }
    const { browser } = await givenStaff({ DB: broken })
    expect((await browser.get('/admin/export/users')).status).toBe(200)
    const failed = await browser.get('/admin/export/refusals')
    expect(failed.status).toBeGreaterThanOrEqual(500)
    expect(failed.headers.get('Content-Disposition')).toBeNull()
    expect(failed.headers.get('Content-Type')).toMatch(/^text\/html/)
  })

  it('write no formula into a spreadsheet', async () => {
    const names = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '＝1+1',
      'a "b", c',
      'x;=1',
      'x|@A1',
      'x,\t+1',
      'x\n-1',
    ]
    names.push('x; "=1', 'x;"=1"', '";=1', 'x\r=1', ';=1;=2', "don't")
    for (const [index, name] of names.entries()) await givenClient(`c${index}`, { name })
    const { browser } = await givenStaff()
    const response = await browser.get('/admin/export/clients')
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="clients.csv"')
    const text = await response.text()
    expect(text.startsWith('client_id,name,type')).toBe(true)
    for (const separator of [',', ';', '\t', '|']) {
      const cells = readCells(text, separator)
      expect(cells.length).toBeGreaterThan(names.length)
      expect(cells.filter((cell) => /^["\s]*[=+\-@＝＋－＠]/u.test(cell))).toEqual([])
    }
    expect(readCells(text, ',')).toEqual(expect.arrayContaining(['a "b", c', "don't", "'=1+1", "x;'=1"]))
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
