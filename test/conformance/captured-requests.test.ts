import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { hiddenFields, nextOf, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD, REDIRECT_URI } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  authorize,
  codeIn,
  CONFIRM,
  EXPIRED,
  expectPage,
  FORGED,
  like,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { post, send } from '../support/http.ts'
import { travel } from '../support/time.ts'
import { bindingsWith } from '../support/trips.ts'

const CAPTURED = '__Host-oauth_request_'
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

function requestsOf(cookies: ReadonlyMap<string, string>): string[] {
  return [...cookies.keys()].filter((name) => name.startsWith(CAPTURED))
}

describe('capture', () => {
  it('takes the parameters out of the address, into a sealed cookie', async () => {
    const browser = openBrowser()
    const response = await browser.get(authorizationUrl({ state: 'very-visible', scope: 'read write' }))
    const location = response.headers.get('Location') ?? ''
    expect(location).toMatch(/^\/login\?request=[\w-]{22}$/)
    const [cookie = ''] = response.headers.getSetCookie()
    expect(cookie).toMatch(
      /^__Host-oauth_request_[\w-]{22}=[\w-]{22}\.[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(
      `${location}${atob(cookie.split(/[.;]/)[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')}`,
    ).not.toContain('visible')
    const page = await browser.visit(location)
    expect(page.text).not.toContain('very-visible')
  })

  it('of a posted request does not decide: the GET that follows does', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    // A cross-site POST comes without our cookies.
    const response = await post('/oauth2/authorize', authorizationForm(), { Origin: 'https://app.example' })
    expect(response.status).toBe(303)
    const location = response.headers.get('Location') ?? ''
    expect(location).toMatch(/^\/oauth2\/authorize\/confirm\?request=[\w-]{22}$/)
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? '') ?? []
    browser.cookies.set(name, value)
    expect(codeIn(await browser.visit(location))).toMatch(/^ac_/)
    expect((await browser.get(CONFIRM)).status).toBe(400)
  })

  it('carries a state of 4,000 characters whole, whether or not the browser is signed in', async () => {
    const record = JSON.stringify({
      list: Array.from({ length: 200 }, (_, index) => ({ index, 'a "name"': null })),
    })
    const random = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(3000))))
    for (const state of [
      record.slice(0, 4000),
      random,
      'ü'.repeat(2000).padEnd(4000, 'x'),
      '%"'.repeat(2000),
    ]) {
      expect(state.length).toBe(4000)
      const browser = openBrowser()
      const login = await browser.visit(authorizationUrl({ state }))
      for (const value of browser.cookies.values()) expect(value.length).toBeLessThan(3900)
      const signIn = [['username', 'alice'] as const, ['password', PASSWORD] as const]
      const next = await browser.submit(login, '/login', signIn)
      expect(answerIn(next.left ? next : await approve(browser, next))).toMatchObject({
        code: like(/^ac_/),
        state,
      })
      expect(answerIn(await browser.visit(authorizationUrl({ state })))['state']).toBe(state)
      // Posted, too.
      const posted = await browser.post('/oauth2/authorize', authorizationForm({ state }))
      expect(answerIn(await browser.visit(posted.headers.get('Location') ?? ''))['state']).toBe(state)
      expect((await browser.visit('/account')).status).toBe(200)
    }
  })

  it('keeps no more in the browser than servers take, however long the requests are', async () => {
    const browser = await signedIn(alice)
    const pages = []
    for (let tab = 0; tab < 6; tab++) {
      pages.push(await browser.visit(authorizationUrl({ state: `${tab}`.padEnd(4000, 'x') })))
      const characters = [...browser.cookies].map(([name, value]) => name.length + value.length)
      expect(characters.reduce((sum, length) => sum + length)).toBeLessThan(21_000)
    }
    const [first, ...others] = pages
    expect((await browser.get(first?.path ?? '')).status).toBe(400)
    const last = others.at(-1)
    expect(last && answerIn(await approve(browser, last))['state']).toBe('5'.padEnd(4000, 'x'))
  })

  it('refuses a request that is too large, whether or not the browser is signed in', async () => {
    const browser = await signedIn(alice)
    await authorize(browser)
    for (const state of ['s'.repeat(4001), 'ü'.padEnd(4001, 's'), 's'.repeat(9000)]) {
      expect(answerIn(await browser.visit(authorizationUrl({ state })))).toMatchObject({
        error: 'invalid_request',
        error_description: 'The request is too large.',
        state,
      })
      const response = await send(authorizationUrl({ state }))
      const answer = new URL(response.headers.get('Location') ?? '').searchParams
      expect(answer.get('error')).toBe('invalid_request')
      expect(answer.get('error_description')).toBe('The request is too large.')
      expect(answer.get('state')).toBe(state)
      expect(response.headers.getSetCookie()).toEqual([])
      expect((await post('/oauth2/authorize', authorizationForm({ state }))).headers.getSetCookie()).toEqual(
        [],
      )
    }
  })

  it('keeps no more of a request than the flow reads', async () => {
    const response = await send(authorizationUrl({ padding: 'x'.repeat(5000), login_hint: 'y'.repeat(2000) }))
    expect(response.headers.get('Location')).toMatch(/^\/login/)
  })
})

describe('several tabs', () => {
  it('do not disturb each other', async () => {
    await givenClient('second', { redirectUris: ['https://second.example/cb'] })
    const browser = await signedIn(alice)
    const first = await browser.visit(authorizationUrl({ state: 'one', scope: 'read write' }))
    const url = { client_id: 'second', redirect_uri: 'https://second.example/cb', state: 'two' }
    const second = await browser.visit(authorizationUrl(url))
    expect(requestsOf(browser.cookies)).toHaveLength(2)
    const firstAnswer = await approve(browser, first, ['read', 'write'])
    expect(firstAnswer.left?.origin).toBe('https://app.example')
    expect(answerIn(firstAnswer)['state']).toBe('one')
    const secondAnswer = await approve(browser, second)
    expect(secondAnswer.left?.origin).toBe('https://second.example')
    expect(answerIn(secondAnswer)['state']).toBe('two')
    expect((await browser.get(CONFIRM)).status).toBe(400)
    expect(await redeem(codeIn(firstAnswer))).toMatchObject({ scope: 'read write', status: 200 })
  })

  it('share a sign-in: the other tab goes straight on', async () => {
    const browser = openBrowser()
    const first = await browser.visit(authorizationUrl({ state: 'one' }))
    const second = await browser.visit(authorizationUrl({ state: 'two' }))
    const fields = [['username', 'alice'] as const, ['password', PASSWORD] as const]
    const consent = await browser.submit(second, '/login', fields)
    expect(answerIn(await approve(browser, consent))['state']).toBe('two')
    // The first tab's page is reloaded; its consent is there already.
    expect(answerIn(await browser.visit(first.path))['state']).toBe('one')
  })

  it('are five at most: the oldest goes', async () => {
    const browser = openBrowser()
    const pages = []
    for (let tab = 0; tab < 7; tab++) {
      pages.push(await browser.visit(authorizationUrl({ state: `tab ${tab}` })))
      expect(requestsOf(browser.cookies)).toHaveLength(Math.min(tab + 1, 5))
    }
    for (const [tab, page] of pages.entries()) {
      const response = await browser.get(page.path)
      expect({ status: response.status, tab }).toEqual({ status: tab < 2 ? 400 : 200, tab })
    }
  })

  it('mean the newest request where none is named, within one second, too', async () => {
    const browser = await signedIn(alice)
    for (const state of ['old', 'middle', 'new']) await browser.visit(authorizationUrl({ state }))
    const page = await browser.visit(CONFIRM)
    expect(answerIn(await approve(browser, page))['state']).toBe('new')
    travel(5)
    await browser.visit(authorizationUrl({ scope: 'read write', state: 'newest' }))
    const next = await browser.visit('/login')
    expect(answerIn(await approve(browser, next))['state']).toBe('newest')
  })
})

describe('posts from another site', () => {
  it('leave one cookie, however many they are, and no tab’s request is lost', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ state: 'mine' }))
    const kept = new Map(browser.cookies)
    for (let time = 0; time < 40; time++) {
      // The browser sends no cookie along, and keeps those of the answer.
      const state = time % 3 === 0 ? 'x'.repeat(4000) : `${time}`
      const response = await post('/oauth2/authorize', authorizationForm({ state }))
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (/max-age=0/i.test(cookie)) browser.cookies.delete(name)
        else browser.cookies.set(name, value)
      }
      expect(requestsOf(browser.cookies).length).toBeLessThanOrEqual(3)
      expect([...kept.keys()].every((name) => browser.cookies.has(name))).toBe(true)
    }
    expect(answerIn(await approve(browser, page))['state']).toBe('mine')
  })

  it('that the browser follows leave five requests at most', async () => {
    const browser = openBrowser()
    for (let time = 0; time < 40; time++) {
      const response = await post('/oauth2/authorize', authorizationForm({ state: `${time}` }))
      const [, name = '', value = ''] =
        /^([^=]+)=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? '') ?? []
      browser.cookies.set(name, value)
      expect((await browser.visit(response.headers.get('Location') ?? '')).status).toBe(200)
      expect(requestsOf(browser.cookies).length).toBeLessThanOrEqual(5)
    }
  })
})

describe('a request that is not there', () => {
  it('is a page: never captured, unknown, another browser’s, too old', async () => {
    const browser = await signedIn(alice)
    await expectPage(await browser.get(CONFIRM), 400, EXPIRED)
    await expectPage(await browser.get(`${CONFIRM}/`), 400, EXPIRED)
    const page = await browser.visit(authorizationUrl())
    const { request = '' } = hiddenFields(page.text, CONFIRM)
    for (const id of ['x', 'A'.repeat(22), request.toLowerCase(), '__proto__', `${request}%00`]) {
      await expectPage(await browser.get(`${CONFIRM}?request=${id}`), 400, EXPIRED)
      await expectPage(await browser.get(`/login?request=${id}`), 400, EXPIRED)
      await expectPage(await browser.post(CONFIRM, { request: id, authorize: 'Authorize' }), 400, EXPIRED)
    }
    const elsewhere = await signedIn(alice)
    await expectPage(await elsewhere.get(`${CONFIRM}?request=${request}`), 400, EXPIRED)
    travel(3601)
    await expectPage(await browser.get(`${CONFIRM}?request=${request}`), 400, EXPIRED)
    await expectPage(await browser.post(CONFIRM, hiddenFields(page.text, CONFIRM)), 400, EXPIRED)
  })

  it('is not made up by another cookie’s content, nor by one that was changed', async () => {
    const browser = await signedIn(alice)
    await browser.visit(authorizationUrl({ state: 'one' }))
    await browser.visit(authorizationUrl({ scope: 'read write' }))
    const [first = '', second = ''] = requestsOf(browser.cookies)
    const sealed = browser.cookies.get(second) ?? ''
    for (const value of ['', 'x', `${sealed}A`, sealed.slice(1), sealed, `${sealed.slice(0, -1)}!`]) {
      browser.cookies.set(first, value)
      await expectPage(await browser.get(`${CONFIRM}?request=${first.slice(CAPTURED.length)}`), 400, EXPIRED)
    }
  })

  it('is one that was answered, unless it is named, and for ten minutes', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    codeIn(await approve(browser, page))
    await expectPage(await browser.get(CONFIRM), 400, EXPIRED)
    travel(601)
    const again = await approve(browser, page)
    expect({ left: again.left, status: again.status }).toEqual({ left: null, status: 400 })
    expect(again.text).toContain(EXPIRED)
  })
})

describe('an answer given twice', () => {
  it('leads to the client, too, with a code of its own', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    const first = codeIn(await approve(browser, page))
    // The button pressed twice; Back, which asks for the page again; the way on of the page in between.
    const second = codeIn(await approve(browser, page))
    const back = await browser.visit(page.path)
    expect(back.text).toContain('Your answer has already been sent to Application web.')
    const codes = [first, second, codeIn(await browser.submit(back, CONFIRM, [['account', 'Continue']]))]
    expect(new Set(codes).size).toBe(3)
    for (const code of codes) expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  it('may be another one: a denial that is thought over', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    expect(answerIn(await browser.submit(page, CONFIRM, [['authorize', 'False']]))).toMatchObject({
      error: 'access_denied',
    })
    expect((await browser.visit(page.path)).text).toContain('Authorize Application web')
    expect(codeIn(await approve(browser, page))).toMatch(/^ac_/)
  })

  it('by a button of the sign-in page leads there, too', async () => {
    const browser = openBrowser()
    await authorize(await signedIn(alice))
    const login = await browser.visit(authorizationUrl())
    const signIn = [['username', 'alice'] as const, ['password', PASSWORD] as const]
    expect(codeIn(await browser.submit(login, '/login', signIn))).toMatch(/^ac_/)
    const again = await browser.submit(login, '/login', signIn)
    expect(again.text).toContain('Your answer has already been sent to Application web.')
    expect(codeIn(await browser.submit(again, CONFIRM, [['account', 'Continue']]))).toMatch(/^ac_/)
  })

  it('by a browser that two posts from elsewhere reach in between leads there, too', async () => {
    const browser = await signedIn(alice)
    const posted = await browser.post('/oauth2/authorize', authorizationForm({ state: 'posted' }))
    const page = await browser.visit(posted.headers.get('Location') ?? '')
    for (const state of ['one', 'two']) await browser.post('/oauth2/authorize', authorizationForm({ state }))
    expect(answerIn(await approve(browser, page))['state']).toBe('posted')
    expect(answerIn(await approve(browser, page))['state']).toBe('posted')
  })
})

describe('what the pages read', () => {
  it('is the captured request: other query parameters are ignored', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    const evil =
      'client_id=other&redirect_uri=https://evil.example&scope=write&state=evil&response_type=token'
    const shown = await browser.visit(`${page.path}&${evil}`)
    expect(shown.text).toContain('Authorize Application web')
    expect(shown.text).not.toContain('value="write"')
    const fields = { ...hiddenFields(page.text, CONFIRM), authorize: 'Authorize', scope: 'read' }
    const response = await browser.post(`${CONFIRM}?${evil}`, fields)
    const left = new URL(nextOf(response) ?? '')
    expect(`${left.origin}${left.pathname}`).toBe(REDIRECT_URI)
    expect(left.searchParams.get('state')).toBe('a state')
  })

  it('is checked again: the client may have changed meanwhile', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl({ scope: 'read write' }))
    await env.DB.prepare(`UPDATE clients SET scope = 'read' WHERE client_id = 'web'`).run()
    const visit = await approve(browser, page, ['write'])
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_scope', state: 'a state' })
  })

  it('survives a refused anti-forgery check, and a storage that fails', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    const { request = '' } = hiddenFields(page.text, CONFIRM)
    await expectPage(
      await browser.post(CONFIRM, { request, authorize: 'Authorize', scope: 'read' }),
      403,
      FORGED,
    )
    const broken = await signedIn(
      alice,
      bindingsWith(async (call, binding) => {
        if (binding === 'kv') throw new Error('KV is down')
        return call()
      }),
    )
    for (const [name, value] of browser.cookies) broken.cookies.set(name, value)
    const failed = await approve(broken, page)
    expect({ left: failed.left, status: failed.status }).toEqual({ left: null, status: 503 })
    expect(requestsOf(broken.cookies)).toHaveLength(1)
    expect(codeIn(await approve(browser, page))).toMatch(/^ac_/)
  })
})
