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
})
