import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { resources } from '../../src/operations/resources/index.ts'
import type { Browser } from '../support/browser.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { ORIGIN, send, sendIn } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken, givenTokens } from '../support/tokens.ts'
import { givenStaff, signIn } from './support.ts'

const KINDS = Object.values(resources).map(({ kind }) => kind)
const PAGES = [
  '/admin',
  ...KINDS.flatMap((kind) => [`/admin/${kind}`, `/admin/export/${kind}`, `/admin/${kind}/show?id=web`]),
  ...['clients', 'users', 'scopes'].flatMap((kind) => [`/admin/${kind}/new`, `/admin/${kind}/edit?id=web`]),
  '/admin/clients/act',
  '/admin/assets/admin.css',
  '/admin/nothing/here',
]
const API = [
  '/admin/api',
  '/admin/api/activity',
  '/admin/api/clients/web/advice',
  ...KINDS.flatMap((kind) => [
    `/admin/api/${kind}`,
    `/admin/api/${kind}/web`,
    `/admin/api/${kind}/web/delete`,
  ]),
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Other ways to write a path, which a guard might not know again. */
function spellings(path: string): readonly string[] {
  const [before = '', query] = path.split('?')
  const tail = query === undefined ? '' : `?${query}`
  return [
    path,
    `${before}/${tail}`,
    `${before.replace('/admin', '/%61dmin')}${tail}`,
    `${before.replace('/admin', '/%61%64%6d%69%6e')}${tail}`,
    `${ORIGIN}/${path}`,
    `${before.replace('/admin', '/./admin')}${tail}`,
    `${before.replace('/admin', '/x/../admin')}${tail}`,
    `${before.replace('/admin', '/Admin')}${tail}`,
    `${before}/.${tail}`,
    `${before}%2f${tail}`,
    `${before};x=1${tail}`,
  ]
}

/** Whatever only staff may see; the names are in every list. */
async function expectNothing(response: Response, allowed: readonly number[]): Promise<void> {
  expect(allowed).toContain(response.status)
  expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
  const text = await response.text()
  expect(text).not.toContain('Application web')
  expect(text).not.toContain('alice')
  expect(text).not.toContain('admin-nav')
}

let user: Browser

beforeEach(async () => {
  await givenCast()
  await givenUser('mallory')
  user = await signIn('mallory')
})

const before = async (): Promise<unknown> =>
  all('SELECT count(*) AS n FROM clients WHERE disabled_at IS NULL')
const cookie = (browser: Browser): Record<string, string> => ({
  Cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})

describe('the panel', () => {
  threat(148, 'sends strangers to the sign-in page, whatever the page, method and spelling', async () => {
    const clients = await before()
    for (const path of PAGES.flatMap(spellings)) {
      for (const method of METHODS) {
        // 404: that spelling is another address, where nothing is.
        await expectNothing(await send(path, { method }), [303, 404])
      }
      const response = await send(path)
      if (response.status === 303) expect(response.headers.get('Location')).toBe('/login')
    }
    expect(await before()).toEqual(clients)
  })

  threat(148, 'refuses users who are not staff, whatever the page, method and spelling', async () => {
    for (const path of PAGES) {
      for (const method of METHODS) {
        await expectNothing(await send(path, { method, headers: cookie(user) }), [403])
      }
      for (const spelling of spellings(path)) {
        await expectNothing(await send(spelling, { headers: cookie(user) }), [403, 404])
      }
    }
  })

  threat(148, 'does not take a bearer token for a session, nor a session for a bearer token', async () => {
    const { browser, id } = await givenStaff()
    const { access } = await givenTokens(id)
    await expectNothing(
      await send('/admin/clients', { headers: { Authorization: `Bearer ${access}` } }),
      [303],
    )
    await expectNothing(await send('/admin/api/clients', { headers: cookie(browser) }), [401])
  })

  it('shows staff every page, and 404 for whatever is not there', async () => {
    const { browser } = await givenStaff()
    const gone = [
      '/admin/nothing',
      '/admin/clients/show?id=nobody',
      '/admin/clients/edit?id=',
      '/admin/users/show',
    ]
    for (const path of ['/admin', ...KINDS.flatMap((kind) => [`/admin/${kind}`, `/admin/${kind}/`])]) {
      expect([path, (await browser.get(path)).status]).toEqual([path, 200])
    }
    for (const path of gone) expect([path, (await browser.get(path)).status]).toEqual([path, 404])
    expect((await browser.get('/%61dmin/clients')).status).toBe(200)
    for (const id of ["' OR 1=1 --", '\u{1f600}', '9007199254740993', '../..', '%00', 'x'.repeat(2000)]) {
      const query = new URLSearchParams({ id, name: id, user: id, client: id, after: id }).toString()
      for (const kind of KINDS) {
        expect((await browser.get(`/admin/${kind}/show?${query}`)).status).toBe(404)
        expect((await browser.get(`/admin/${kind}?${query}`)).status).toBe(200)
      }
    }
  })

  it('is closed at once to whoever is no longer staff, or disabled', async () => {
    const { browser, id } = await givenStaff()
    await all(`UPDATE users SET is_staff = 0 WHERE id = '${id}'`)
    expect((await browser.get('/admin/clients')).status).toBe(403)
    await all(`UPDATE users SET is_staff = 1, is_active = 0 WHERE id = '${id}'`)
    expect((await browser.get('/admin/clients')).status).toBe(303)
  })

  it('is where staff come back to after the sign-in', async () => {
    const { browser } = await givenStaff()
    browser.cookies.clear()
    const login = await browser.visit('/admin/clients')
    expect(login.path).toBe('/login')
    const home = await browser.submit(login, '/login', [
      ['username', 'staff'],
      ['password', 'correct horse battery staple'],
    ])
    expect(home.path).toBe('/admin')
  })
})

describe('who may use the API', () => {
  threat(
    148,
    'refuses no token, wrong tokens, tokens without the scope, and tokens of who is not staff',
    async () => {
      await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
      const { id } = await givenStaff()
      const narrow = (await givenTokens(id, { scope: 'read write' })).access
      // Who was staff when the token was given, and is no longer.
      const former = await givenUser('former', { isStaff: true })
      const stranger = await givenAdminToken(former)
      await all("UPDATE users SET is_staff = 0 WHERE username = 'former'")
      const clients = await before()
      const tokens = [
        [{}, 401],
        [{ Authorization: 'Bearer at_forged' }, 401],
        [{ Authorization: `Bearer ${narrow}` }, 403],
        [{ Authorization: `Bearer ${stranger}` }, 403],
      ] as const
      const isolate = { ...env }
      for (const path of API.flatMap((one) => [one, `${one}/`, one.replace('/admin', '/%61dmin')])) {
        for (const method of METHODS) {
          await Promise.all(
            tokens.map(async ([headers, status]) =>
              expectNothing(await sendIn(isolate, path, { method, headers }), [status]),
            ),
          )
        }
      }
      expect(await before()).toEqual(clients)
    },
    // Some six thousand requests.
    120_000,
  )

  threat(148, 'lets no other scope stand for admin by its bits', async () => {
    const { id } = await givenStaff()
    const vars = { OAUTH_SCOPES: '{"read":2,"write":6,"admin":4}' }
    const { access } = await givenTokens(id, { scope: 'write' }, vars)
    const response = await send(
      '/admin/api/clients',
      { headers: { Authorization: `Bearer ${access}` } },
      vars,
    )
    expect(response.status).toBe(403)
  })
})
