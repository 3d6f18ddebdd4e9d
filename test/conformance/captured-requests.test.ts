import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { hiddenFields, openBrowser } from '../support/browser.ts'
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
      /^__Host-oauth_request_[\w-]{22}=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(
      `${location}${atob(cookie.split(/[=;]/)[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')}`,
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
    expect(requestsOf(browser.cookies)).toEqual([])
  })

  it('refuses a request whose cookie a browser would drop', async () => {
    const fits = await send(authorizationUrl({ state: 's'.repeat(2400) }))
    const [cookie = ''] = fits.headers.getSetCookie()
    expect(cookie.split(';')[0]?.length).toBeLessThan(4000)
    for (const state of ['s'.repeat(3000), 'ü'.repeat(800), 's'.repeat(9000)]) {
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
    expect(requestsOf(browser.cookies)).toEqual([])
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

  it('of which the newest is meant where none is named, within one second, too', async () => {
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

  it('is one that was answered: the button cannot be pressed again', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    codeIn(await approve(browser, page))
    const again = await approve(browser, page)
    expect({ left: again.left, status: again.status }).toEqual({ left: null, status: 400 })
    expect(again.text).toContain(EXPIRED)
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
    const left = new URL(response.headers.get('Location') ?? '')
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
