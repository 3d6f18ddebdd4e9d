import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { resources } from '../../src/operations/resources/index.ts'
import { type RecordKind, SORTS } from '../../src/store/browse.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { send, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { TOKEN } from '../support/refusal.ts'
import { countRows } from '../support/rows.ts'
import { fill, linkOf } from './many-rows.ts'
import { givenStaff, signIn } from './support.ts'

const LISTS = Object.values(resources)
const TABLES: Readonly<Record<string, string>> = {
  'audit-events': 'audit_events',
  'client-documents': 'client_documents',
  clients: 'clients',
  grants: 'grants',
  'refresh-tokens': 'grants',
  refusals: 'refusals',
  users: 'users',
}

/** The ids of the records of a list, one from each row. */
function recordsOf(text: string): readonly string[] {
  const [, rows = ''] = /<tbody>(.*)<\/tbody>/s.exec(text) ?? []
  const row = /<tr>.*?(?:name="id" value="([^"]*)"|\/show\?id=([^"&]*)").*?<\/tr>/gs
  return [...rows.matchAll(row)].map(([, chosen, shown]) => chosen ?? shown ?? '')
}

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
    let url: string | null = '/admin/clients'
    while (url !== null) {
      const page = await browser.visit(url)
      all120.push(...ids(page.text))
      url = linkOf(page.text, 'after')
    }
    expect(new Set(all120).size).toBe(120)
    expect(all120).toHaveLength(120)
  })

  it('are the same forwards and back again, in every order, also where many have one name', async () => {
    await fill(120)
    await env.DB.prepare("UPDATE clients SET name = 'Same' WHERE created_at > 20").run()
    const { browser } = await givenStaff()
    for (const { kind } of LISTS) {
      for (const sort of kind in SORTS
        ? SORTS[kind as RecordKind].flatMap((name) => [name, `-${name}`])
        : []) {
        const pages: (readonly string[])[] = []
        let url: string | null = `/admin/${kind}?sort=${sort}`
        let last = ''
        while (url !== null) {
          const { text } = await browser.visit(url)
          const order = /aria-sort="(\w+)"/.exec(text)?.[1]
          expect([kind, sort, order]).toEqual([kind, sort, sort.startsWith('-') ? 'descending' : 'ascending'])
          pages.push(recordsOf(text))
          last = url
          url = linkOf(text, 'after')
        }
        const walked = pages.flat()
        const { n = 0 } = (await all(`SELECT count(*) AS n FROM ${TABLES[kind] ?? ''}`))[0] as { n?: number }
        expect([kind, sort, new Set(walked).size, walked.length]).toEqual([kind, sort, n, n])
        expect(n).toBeGreaterThan(100)
        const back: (readonly string[])[] = []
        url = last
        while (url !== null) {
          const { text } = await browser.visit(url)
          back.unshift(recordsOf(text))
          url = linkOf(text, 'before')
        }
        expect([kind, sort, back]).toEqual([kind, sort, pages])
      }
    }
  })

  it('are sorted by what was asked for, and by nothing that no index serves', async () => {
    for (const [id, name] of [
      ['b', 'Zebra'],
      ['c', 'apple'],
      ['a', 'Mango'],
    ] as const)
      await givenClient(id, { name })
    const { browser } = await givenStaff()
    const order = async (query: string): Promise<string> =>
      recordsOf((await browser.visit(`/admin/clients?${query}`)).text).join('')
    expect(await order('sort=name')).toBe('cab')
    expect(await order('sort=-name')).toBe('bac')
    expect(await order('sort=client_id')).toBe('abc')
    expect(await order('sort=created_at')).toBe('bca')
    for (const query of ['', 'sort=-created_at', 'sort=type', 'sort=--name', 'sort=secrets', "sort=name'"]) {
      expect([query, await order(query)]).toEqual([query, 'acb'])
    }
    await env.DB.prepare('UPDATE clients SET disabled_at = unicode(client_id)').run()
    // What has an order of its own keeps it.
    expect(await order('state=disabled&sort=name')).toBe('cba')
    const { text } = await browser.visit('/admin/clients?state=disabled')
    expect(text).not.toContain('class="sort"')
  })

  it('go back to the beginning where what was before is gone, and miss nothing that came', async () => {
    await fill(120)
    const { browser } = await givenStaff()
    const second = linkOf((await browser.visit('/admin/client-documents?sort=client_id')).text, 'after') ?? ''
    const back = linkOf((await browser.visit(second)).text, 'before') ?? ''
    await env.DB.prepare(
      "DELETE FROM client_documents WHERE client_id BETWEEN 'https://c10' AND 'https://c12'",
    ).run()
    const { text } = await browser.visit(back)
    expect(recordsOf(text)).toHaveLength(50)
    expect(recordsOf(text)[0]).toBe(encodeURIComponent('https://c1.example/'))
    expect(linkOf(text, 'before')).toBeNull()
  })

  it('say how many records there are: up to a thousand, or among the first thousand that an index finds', async () => {
    await fill(1000)
    const { browser } = await givenStaff()
    const total = async (path: string): Promise<string | undefined> =>
      /<span class="muted">([\d,]+ records?(?: or more)?)</.exec((await browser.visit(path)).text)?.[1]
    expect(await total('/admin/clients')).toBe('1,000 records')
    expect(await total('/admin/clients?name=Client 99')).toBe('11 records')
    expect(await total('/admin/clients?state=enabled')).toBe('990 records')
    expect(await total('/admin/clients?state=disabled')).toBe('10 records')
    expect(await total('/admin/clients?id=c1000')).toBe('1 record')
    expect(await total('/admin/users')).toBe('1,000 records or more')
    expect(await total('/admin/users?state=disabled')).toBe('0 records')
    expect(await total('/admin/grants?client=c7')).toBe('20 records')
    await env.DB.prepare('UPDATE grants SET revoked_at = 1 WHERE created_at > 10').run()
    expect(await total('/admin/grants?state=revoked')).toBe('990 records')
    expect(await total('/admin/grants?client=c7&user=u7')).toBe('20 records')
    expect(await total('/admin/grants?client=c7&user=u8')).toBe('0 records')
  })

  it('of a table that other grants fill count what was found, and at least that', async () => {
    await fill(1000, 1500)
    const { browser } = await givenStaff()
    await env.DB.prepare('UPDATE grants SET refresh_expires_at = NULL WHERE created_at > 3').run()
    const { text } = await browser.visit('/admin/refresh-tokens')
    expect(recordsOf(text)).toHaveLength(3)
    expect(text).toMatch(/<span class="muted">3 records or more</)
  })
})

describe('the first page of the panel', () => {
  it('counts what is valid among the first thousand rows alone, and passes over no more that have expired', async () => {
    await fill(60, 5000)
    await env.DB.exec('UPDATE grants SET access_expires_at = 1, refresh_expires_at = 1, expires_at = 1')
    // They are in the totals of their days already.
    await env.DB.exec("INSERT INTO bookmarks (name, begins, ends) VALUES ('activity', 0, 4000000)")
    const rows = countRows()
    const { browser } = await givenStaff(rows.vars)
    const before = rows.read
    const { text } = await browser.visit('/admin')
    expect(text).toContain('Access tokens (valid)</span><span class="figure">0+</span>')
    expect(rows.read - before).toBeGreaterThan(1000)
    expect(rows.read - before).toBeLessThan(2000)
  })
})

describe('a list with nothing in it', () => {
  it('says so with the next step, and has no search; one whose filter finds nothing keeps it', async () => {
    const { browser } = await givenStaff()
    const { text } = await browser.visit('/admin/clients')
    expect(text).toContain('There is nothing here yet.')
    expect(text.match(/href="\/admin\/clients\/new"/g)).toHaveLength(1)
    expect(text).not.toContain('class="filters"')
    const searched = (await browser.visit('/admin/clients?name=zzz')).text
    expect(searched).toContain('No records match.')
    expect(searched).toContain('class="filters"')
    expect(searched).toContain('>Show all</a>')
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
    for (const sign of ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
      names.push(`${sign}2`, ` ${sign}2`, `"${sign}2`)
      for (const separator of [',', ';', '\t', '|', '\n', '\r'])
        names.push(`y${separator}${sign}2`, `y${separator} ${sign}2`, `y${separator}"${sign}2`)
    }
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
