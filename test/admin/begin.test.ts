import { describe, expect, it } from 'vitest'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenClient } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import { all } from '../support/operator.ts'
import { givenStaff } from './support.ts'

describe('a new client', () => {
  it.each([
    ['web', 'confidential', ['authorization_code', 'refresh_token'], ''],
    ['app', 'public', ['authorization_code', 'refresh_token'], ''],
    ['service', 'confidential', ['client_credentials'], ''],
    ['mcp', 'public', ['authorization_code', 'refresh_token'], 'http://127.0.0.1/callback'],
  ])('begins with its kind, for which the form is filled in: %s', async (kind, type, grants, uris) => {
    const { browser } = await givenStaff()
    const { status, text } = await browser.visit(`/admin/clients/new?kind=${kind}`)
    expect(status).toBe(200)
    expect(text).toContain(`href="/admin/clients/new?kind=${kind}" aria-current="true"`)
    expect(text).toMatch(new RegExp(`<option value="${type}" selected`))
    const ticked = [...text.matchAll(/name="grant_types" value="([^"]+)" checked/g)].map(([, grant]) => grant)
    expect(ticked).toEqual(grants)
    expect(/<textarea id="redirect_uris"[^>]*>([^<]*)</.exec(text)?.[1]).toBe(uris)
  })

  it('needs no kind', async () => {
    const { browser } = await givenStaff()
    for (const path of ['/admin/clients/new', '/admin/clients/new?kind=nothing']) {
      const { text } = await browser.visit(path)
      expect(text).toContain('Single-page or mobile app')
      expect(text).not.toContain('aria-current="true"')
    }
  })
})

describe('deleting a client', () => {
  it('needs its name to be typed', async () => {
    await givenClient('web')
    const { browser } = await givenStaff()
    const shown = await browser.visit('/admin/clients/show?id=web')
    const asked = await browser.submit(shown, '/admin/clients/act', [['action', 'delete']])
    expect(asked.text).toContain('Type Application web to confirm')
    const wrong = await browser.submit(asked, '/admin/clients/act', [['typed_name', 'Application']])
    expect(wrong.status).toBe(400)
    expect(wrong.text).toContain('The name does not match. Nothing was changed.')
    expect(await all('SELECT 1 FROM clients')).toHaveLength(1)
    const done = await browser.submit(wrong, '/admin/clients/act', [['typed_name', ' Application web ']])
    expect(done.text).toContain('Application web is deleted')
    expect(await all('SELECT 1 FROM clients')).toEqual([])
  })
})

describe('a list', () => {
  it('lets all records of a page be chosen, without a script', async () => {
    await givenClient('web')
    await givenClient('other')
    const { browser } = await givenStaff()
    const page = await browser.visit('/admin/clients')
    expect(page.text).not.toMatch(/name="id"[^>]* checked/)
    const [, link = ''] = /href="([^"]+)">Select all on this page \(2\)/.exec(page.text) ?? []
    const chosen = await browser.visit(link.replaceAll('&amp;', '&'))
    expect([...chosen.text.matchAll(/name="id" value="([^"]+)" checked/g)]).toHaveLength(2)
    expect(chosen.text).toContain('Select none')
    expect(hiddenFields(chosen.text, '/admin/clients/act')['anti_forgery']).toBeTruthy()
  })
})

describe('the overview', () => {
  it('shows the newest refused requests, and warns of settings', async () => {
    await givenClient('web')
    await openBrowser().get(authorizationUrl({ redirect_uri: 'https://evil.example/' }))
    const { browser } = await givenStaff()
    const { text } = await browser.visit('/admin')
    expect(text).toContain('href="/admin/clients/show?id=web"')
    expect(text).toContain('OAUTH_ISSUER is not set')
    expect(text).toContain('OAUTH_ENFORCE_SECURE is off')
    expect(text).not.toContain('OAUTH_DEMO is on')
  })
})
