import { describe, expect, it } from 'vitest'
import { givenClient } from '../support/fixture.ts'
import { send } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { givenStaff } from './support.ts'

const VARS = { OAUTH_SCOPES: '{"read":2,"write":6}' }

describe('the list of scopes', () => {
  it('holds those of OAUTH_SCOPES with their bits, of features and of the table, with their source', async () => {
    await all(`INSERT INTO scopes (name, description, created_at)
      VALUES ('admin', 'Everything', 0), ('print', 'Print', 0), ('email', 'See your address', 0)`)
    const { browser, id } = await givenStaff(VARS)
    const { text } = await browser.visit('/admin/scopes')
    for (const [name, source, bits] of [
      ['read', 'settings', '2'],
      ['write', 'settings', '6'],
      ['openid', 'feature', null],
      ['email', 'table', null],
      ['print', 'table', null],
    ] as const) {
      const row = text.split('<tr>').find((part) => part.includes(`show?id=${name}"`)) ?? ''
      expect(row).toContain(`data-label="Source">${source}<`)
      expect(/data-label="Bits">(\d+)/.exec(row)?.[1] ?? null).toBe(bits)
    }
    const headers = { Authorization: `Bearer ${await givenAdminToken(id, VARS)}` }
    const answer = await send('/admin/api/scopes', { headers }, VARS)
    const body = await answer.text()
    expect(body).toContain('"name":"write","source":"settings","bits":6')
    expect(body).toContain('"name":"offline_access","source":"feature","bits":null')
    expect(body).toContain('"name":"print","source":"table","bits":null')
    expect(body).toContain('See your address')
  })
})

interface Page {
  readonly records: readonly { readonly name: string }[]
  readonly next: string | null
}

describe('the list of scopes, page by page', () => {
  it('shows each scope once, in the order of the names, whatever the size of a page and wherever it comes from', async () => {
    await all(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 6)
      INSERT INTO scopes (name, description, created_at)
      SELECT 'o' || i, 'Number ' || i, 0 FROM n UNION ALL SELECT 'admin', 'Everything', 0`)
    const { id } = await givenStaff(VARS)
    const headers = { Authorization: `Bearer ${await givenAdminToken(id, VARS)}` }
    const read = async (limit: number, filter = ''): Promise<string[]> => {
      const names: string[] = []
      let after: string | null = ''
      for (let page = 0; after !== null && page < 50; page++) {
        const query = `limit=${limit}${filter}${after && `&after=${encodeURIComponent(after)}`}`
        const answer = await send(`/admin/api/scopes?${query}`, { headers }, VARS)
        const { next, records }: Page = await answer.json()
        expect(records.length).toBeLessThanOrEqual(limit)
        names.push(...records.map(({ name }) => name))
        after = next
      }
      return names
    }
    const whole = await read(100)
    expect(whole).toEqual([...new Set(whole)].toSorted())
    expect(whole).toEqual(expect.arrayContaining(['o0', 'o6', 'offline_access', 'openid', 'read', 'write']))
    for (const limit of [1, 2, 3, 5, 7]) expect(await read(limit)).toEqual(whole)
    const filtered = whole.filter((name) => name.startsWith('o'))
    for (const limit of [1, 4, 100]) expect(await read(limit, '&name=o')).toEqual(filtered)
  })
})

describe('the scope list of a client', () => {
  it('may hold the scopes of features, and the check of its set-up sees one that nobody knows', async () => {
    await givenClient('good', { scope: 'email openid read' })
    await givenClient('bad', { scope: 'openid nonsense read' })
    const { browser } = await givenStaff()
    expect((await browser.visit('/admin/clients/show?id=good')).text).not.toContain('There is no scope')
    expect((await browser.visit('/admin/clients/show?id=bad')).text).toContain('There is no scope nonsense: ')
    const page = await browser.visit('/admin/clients/edit?id=good')
    const saved = await browser.submit(page, '/admin/clients/edit?id=good', [
      ['scope', 'openid profile address phone offline_access'],
    ])
    expect(saved.text).not.toContain('There is no scope')
    const again = await browser.visit('/admin/clients/edit?id=good')
    const refused = await browser.submit(again, '/admin/clients/edit?id=good', [['scope', 'openid nonsense']])
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('nonsense')
  })

  it('is refused by the API, too, where it holds one that nobody knows', async () => {
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    await givenClient('web')
    const { id } = await givenStaff()
    const headers = {
      Authorization: `Bearer ${await givenAdminToken(id)}`,
      'Content-Type': 'application/json',
    }
    const call = async (method: string, path: string, fields: object): Promise<Response> =>
      send(`/admin/api/clients${path}`, { method, headers, body: JSON.stringify(fields) })
    const fields = { name: 'App', redirect_uris: ['https://app.example/cb'] }
    for (const refused of [
      await call('POST', '', { ...fields, scope: 'read nonsense' }),
      await call('PATCH', '/web', { scope: 'nonsense' }),
    ]) {
      expect(refused.status).toBe(400)
      expect(await refused.text()).toContain('There is no scope nonsense')
    }
    expect(await all('SELECT client_id FROM clients WHERE scope IS NOT NULL')).toEqual([
      { client_id: 'console' },
    ])
    expect((await call('PATCH', '/web', { scope: 'openid read' })).status).toBe(200)
  })
})
