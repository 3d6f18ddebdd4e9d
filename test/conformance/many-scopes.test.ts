import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  expectPage,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { post, send, token } from '../support/http.ts'

const names = Array.from({ length: 101 }, (_, index) => `calendar.events.${1000 + index}`)
const HUNDRED = names.slice(0, 100).join(' ')
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  const add = env.DB.prepare(`INSERT INTO scopes (name, description, created_at) VALUES (?, '', 0)`)
  await env.DB.batch(names.map((name) => add.bind(name)))
})

describe('a request with a hundred scopes', () => {
  it('is answered with all of them, and with one of them', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: HUNDRED }))
    expect(page.text.match(/type="checkbox"/g)).toHaveLength(100)
    const one = await redeem(codeIn(await approve(browser, page, names.slice(7, 8))))
    expect(one).toMatchObject({ status: 200, scope: names[7] })
    const all = await redeem(codeIn(await authorize(browser, { scope: HUNDRED })))
    expect(all).toMatchObject({ status: 200, scope: HUNDRED })
    expect(codeIn(await browser.visit(authorizationUrl({ scope: HUNDRED })))).toMatch(/^ac_/)
  })

  it('is cancelled, and denied by unticking every box', async () => {
    const browser = await signedIn(alice)
    for (const fields of [[['authorize', 'False']], [['authorize', 'Authorize']]] as const) {
      const page = await browser.visit(authorizationUrl({ scope: HUNDRED }))
      const visit = await browser.submit(page, CONFIRM, fields)
      expect(answerIn(visit)).toMatchObject({ error: 'access_denied', state: 'a state' })
    }
  })

  it('is the largest: with one more it is refused before a page is shown, whether or not somebody is signed in', async () => {
    for (const browser of [await signedIn(alice), openBrowser()]) {
      const visit = await browser.visit(authorizationUrl({ scope: names.join(' ') }))
      expect(answerIn(visit)).toMatchObject({ error: 'invalid_scope', state: 'a state' })
    }
  })
})

describe('a scope that does not exist', () => {
  it('is a configuration error where OAUTH_DEFAULT_SCOPE names it and a request leaves the scope out', async () => {
    const vars = { OAUTH_DEFAULT_SCOPE: 'read gone' }
    for (const browser of [await signedIn(alice, vars), openBrowser(vars)]) {
      const response = await browser.get(authorizationUrl({ scope: undefined }))
      await expectPage(response, 500, 'configuration error')
      // What is asked for by name has nothing to do with the default.
      expect((await browser.get(authorizationUrl())).status).toBe(303)
    }
    const inTable = await send(authorizationUrl({ scope: undefined }), {}, { OAUTH_DEFAULT_SCOPE: names[0] })
    expect(inTable.headers.get('Location')).toMatch(/^\/login/)
  })

  it('is left out where the client’s own scopes stand for those of the request', async () => {
    await givenClient('narrow', { scope: `gone ${names[0]}` })
    await givenClient('empty', { scope: 'gone' })
    const vars = { OAUTH_DEFAULT_SCOPE: 'write' }
    const browser = await signedIn(alice, vars)
    const page = await browser.visit(authorizationUrl({ client_id: 'narrow', scope: undefined }))
    expect(page.text.match(/type="checkbox"/g)).toHaveLength(1)
    const code = codeIn(await approve(browser, page, [`${names[0]}`]))
    expect(await redeem(code, { client_id: 'narrow' })).toMatchObject({ status: 200, scope: names[0] })
    const empty = await browser.visit(authorizationUrl({ client_id: 'empty', scope: undefined }))
    expect(answerIn(empty)).toMatchObject({ error: 'invalid_scope' })
  })

  it('is given by no grant type to a request that names no scope, nor by its name', async () => {
    await givenClient('narrow', { scope: `gone ${names[0]}` })
    await givenClient('empty', { scope: 'gone' })
    const vars = { OAUTH_DEFAULT_SCOPE: 'write' }
    for (const grant_type of ['client_credentials', 'password']) {
      const form = { grant_type, username: 'alice', password: PASSWORD }
      expect(await token({ ...form, client_id: 'narrow' }, vars)).toMatchObject({
        scope: names[0],
        status: 200,
      })
      for (const [client_id, scope] of [
        ['empty', {}],
        ['empty', { scope: 'gone' }],
        ['narrow', { scope: `gone ${names[0]}` }],
        ['web', { scope: 'gone' }],
      ] as const) {
        expect(await token({ ...form, client_id, ...scope }, vars)).toMatchObject({ error: 'invalid_scope' })
      }
      const broken = { OAUTH_DEFAULT_SCOPE: 'read gone' }
      const fields = { ...form, client_id: 'web', client_secret: SECRET }
      await expectPage(await post('/oauth2/token', fields, {}, broken), 500, 'configuration error')
      const named = await token({ ...form, client_id: 'web', scope: 'read' }, broken)
      expect(named).toMatchObject({ scope: 'read', status: 200 })
      const inTable = { OAUTH_DEFAULT_SCOPE: `${names[0]} read` }
      expect(await token({ ...form, client_id: 'web' }, inTable)).toMatchObject({ scope: `${names[0]} read` })
    }
  })
})
