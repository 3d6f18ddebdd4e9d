import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { crawl } from '../support/crawl.ts'
import type { Ask } from '../support/embedded.ts'
import { givenCast, givenClient, givenUser } from '../support/fixture.ts'
import { englishOf } from '../support/german.ts'
import { send, type Vars } from '../support/http.ts'
import { sendToThird } from '../support/third-language.ts'
import { signIn } from './support.ts'

beforeEach(async () => {
  await givenCast()
})

/** A name of the site that is no text of the panel. */
const SITE = { OAUTH_SITE_NAME: 'id.example' }

/** Somebody of the staff, whose name is no text of the panel. */
async function signedInAsStaff(vars: Vars = {}, sendTo: Ask = send): Promise<Browser> {
  await givenUser('gudrun', { isStaff: true })
  return signIn('gudrun', vars, sendTo)
}

/** Visits every page of the panel that a link leads to; of records and forms a few of each kind. */
async function crawlPanel(browser: Browser): Promise<readonly (readonly [path: string, text: string])[]> {
  const visits = await crawl(
    browser,
    ['/admin'],
    (link) => link.startsWith('/admin') && !/\/(?:export|assets)\/|choose=all/.test(link),
  )
  return [...visits].map(([path, { status, text }]) => {
    expect([path, status]).toEqual([path, 200])
    return [path, text]
  })
}

/** One record of everything that is listed. */
async function givenRecords(): Promise<void> {
  const insert = async (sql: string): Promise<unknown> => env.DB.prepare(sql).run()
  const user = "(SELECT id FROM users WHERE username = 'alice')"
  const app = "'web'"
  await insert(
    `INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at) SELECT ${user}, ${app}, 'consent-1', 'read', 1, 2`,
  )
  await insert(`INSERT INTO client_documents (client_id, document, fetched_at, expires_at, tried_at, problem, notes, created_at, op)
    VALUES ('https://c.example/d', '{}', 1, 1, 1, 'has no client_name', '["Its address has a query, which an address of a client should not have."]', 1, 'x')`)
  await insert(`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, access_expires_at, expires_at, created_at, refresh_expires_at)
    SELECT '0123456789ab0', ${user}, ${app}, 'password', 'read', 0, 4000000000, 4000000000, 1, 4000000000`)
  await insert(
    `INSERT INTO refusals (id, at, client_id, endpoint, asked, error, rule) VALUES ('r1', 1, ${app}, 'token', 'read', 'invalid_grant', 'The code has expired.')`,
  )
}

describe('the language of the panel', () => {
  it('is the one that was chosen for the pages, and can be chosen on each of its pages', async () => {
    const browser = await signedInAsStaff()
    const page = await browser.visit('/admin/clients?name=No&state=enabled')
    expect(page.text).toContain('<html lang="en">')
    const [, link = ''] = /<a href="([^"]+)" lang="de" hreflang="de"/.exec(page.text) ?? []
    const german = await browser.visit(link.replaceAll('&amp;', '&'))
    expect(german.path).toBe('/admin/clients?name=No&state=enabled')
    expect(german.text).toContain('<html lang="de">')
    expect(german.text).toContain('Kein Eintrag passt dazu.')
    const overview = await browser.visit('/admin')
    expect(overview.text).toContain('<h1>Übersicht</h1>')
    expect(overview.text).toContain('>English</a>')
  })

  it('says what was done, and what is wrong with a form', async () => {
    const browser = await signedInAsStaff()
    await browser.visit('/language?to=de&back=/admin')
    const form = await browser.visit('/admin/scopes/new')
    const refused = await browser.submit(form, '/admin/scopes/new', [['name', 'files']])
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('Noch wurde nichts geändert.')
  })

  it.each([
    ['German', 'de', send],
    ['a language of one file', 'fr', sendToThird],
  ])(
    'leaves no English text on any page that a link leads to, in %s',
    { timeout: 120_000 },
    async (_what, lang, worker) => {
      await givenRecords()
      await givenClient('plain', { grantTypes: ['authorization_code'] })
      const browser = await signedInAsStaff(SITE, worker)
      await browser.get('/oauth2/jwks')
      expect(englishOf((await browser.visit('/admin')).text)).toContain('Overview')
      await browser.visit(`/language?to=${lang}&back=/admin`)
      const pages = await crawlPanel(browser)
      expect(pages.length).toBeGreaterThan(60)
      const found = pages.flatMap(([path, text]) => englishOf(text).map((each) => [path, each] as const))
      expect(found).toEqual([])
      for (const [path, text] of pages) {
        expect([path, text.includes(`<html lang="${lang}">`), text.includes('hreflang="en"')]).toEqual([
          path,
          true,
          true,
        ])
      }
    },
  )

  it('leaves no English text where an action is confirmed', { timeout: 120_000 }, async () => {
    await givenRecords()
    const browser = await signedInAsStaff(SITE)
    await browser.get('/oauth2/jwks')
    await browser.visit('/language?to=de&back=/admin')
    const records = (await crawlPanel(browser)).filter(([, text]) => text.includes('name="action"'))
    const found: (readonly [string, string, string])[] = []
    let asked = 0
    for (const [path, text] of records) {
      const page = await browser.visit(path)
      const url = /action="(\/admin\/[^"]+\/act)"/.exec(text)?.[1] ?? ''
      const id = /name="id" value="([^"]*)"/.exec(text)?.[1] ?? ''
      for (const [, action = ''] of text.matchAll(/name="action" value="([^"]+)"/g)) {
        const confirm = await browser.submit(page, url, [
          ...(path.includes('/show') ? [] : [['id', id] as const]),
          ['action', action],
        ])
        asked += confirm.path.endsWith('/act') ? 1 : 0
        found.push(...englishOf(confirm.text).map((each) => [path, action, each] as const))
      }
    }
    expect(asked).toBeGreaterThan(20)
    expect(found).toEqual([])
  })
})
