import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { type Browser, hiddenFields, nextOf, type Visit } from '../support/browser.ts'
import { givenCast, givenClient, givenSession } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationUrl,
  codeIn,
  CONFIRM,
  EXPIRED,
  expectPage,
  FORGED,
  redeem,
  signedIn,
  UNAUTHORIZED,
} from '../support/flow.ts'
import { send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { travel } from '../support/time.ts'

let alice = ''
let bob = ''
let browser: Browser
let page: Visit

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  browser = await signedIn(alice)
  page = await browser.visit(authorizationUrl())
})

/** The form of the consent page, filled in. */
function filledIn(shown: Visit = page): Readonly<Record<string, string>> {
  return { ...hiddenFields(shown.text, CONFIRM), authorize: 'Authorize', scope: 'read' }
}

function cookieHeader(of: Browser = browser): string {
  return [...of.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

/** Posts a body to the consent page with the browser's cookies, as a page of somebody else might. */
async function postAs(headers: Readonly<Record<string, string>>, body: BodyInit): Promise<Response> {
  return send(CONFIRM, { method: 'POST', body, headers: { Cookie: cookieHeader(), ...headers } })
}

/** Checks that nothing came of it, and that the user can still answer. */
async function expectNothing(): Promise<void> {
  expect((await env.KV.list()).keys).toEqual([])
  expect(await env.DB.prepare('SELECT * FROM authorized_clients').all()).toMatchObject({ results: [] })
  expect(codeIn(await approve(browser, page))).toMatch(/^ac_/)
}

describe('a forged consent', () => {
  threat(
    33,
    'a consent is refused without the anti-forgery field, with a wrong one, or with that of another session',
    async () => {
      const others = await signedIn(alice)
      const other = filledIn(await others.visit(authorizationUrl()))
      const bobs = filledIn(await (await signedIn(bob)).visit(authorizationUrl()))
      const right = filledIn()
      for (const anti_forgery of [
        '',
        'x',
        'A'.repeat(43),
        `${right['anti_forgery']}A`,
        right['anti_forgery']?.toUpperCase() ?? '',
        other['anti_forgery'] ?? '',
        bobs['anti_forgery'] ?? '',
      ]) {
        await expectPage(await browser.post(CONFIRM, { ...right, anti_forgery }), 403, FORGED)
      }
      const { anti_forgery: _, ...without } = right
      await expectPage(await browser.post(CONFIRM, without), 403, FORGED)
      await expectNothing()
    },
  )

  threat(33, 'a consent is refused with the field of a browser that nobody is signed in to', async () => {
    const cookies = new Map(browser.cookies)
    browser.cookies.delete('__Host-oauth_session')
    const login = await browser.visit('/login')
    const { anti_forgery = '' } = hiddenFields(login.text, '/login')
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    await expectPage(await browser.post(CONFIRM, { ...filledIn(), anti_forgery }), 403, FORGED)
    await expectNothing()
  })

  threat(
    34,
    'a consent that another site sends is refused, with every content type that a form can have',
    async () => {
      const body = new URLSearchParams(filledIn()).toString()
      for (const type of [
        'application/x-www-form-urlencoded',
        'APPLICATION/X-WWW-FORM-URLENCODED',
        'text/plain',
        'multipart/form-data; boundary=x',
        'application/json',
        '',
      ]) {
        for (const origin of [
          { Origin: 'https://evil.example' },
          { Origin: 'https://id.example.evil.example' },
          { Origin: 'http://id.example' },
          { Origin: 'https://sub.id.example' },
          { Origin: 'https://id.example:8443' },
          { 'Sec-Fetch-Site': 'cross-site' },
          { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
        ]) {
          const response = await postAs(
            { ...origin, ...(type && { 'Content-Type': type }) },
            new Blob([body]),
          )
          expect({ origin, status: response.status, type }).toEqual({ origin, status: 403, type })
        }
      }
      await expectNothing()
    },
  )

  threat(34, 'a consent of another content type is not read, whoever sends it', async () => {
    const body = new URLSearchParams(filledIn()).toString()
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', '']) {
      const response = await postAs(type ? { 'Content-Type': type } : {}, new Blob([body]))
      expect({ status: response.status, type }).toEqual({ status: 400, type })
    }
    await expectNothing()
  })

  threat(35, 'a consent by GET, HEAD or another method counts for nothing', async () => {
    const query = new URLSearchParams(filledIn()).toString()
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await send(`${CONFIRM}?${query}`, { headers: { Cookie: cookieHeader() }, method })
      expect({ location: nextOf(response), method }).toEqual({ location: null, method })
    }
    const override = await send(`${CONFIRM}?${query}&_method=POST`, {
      headers: { Cookie: cookieHeader(), 'X-HTTP-Method-Override': 'POST' },
    })
    expect(nextOf(override)).toBeNull()
    await expectNothing()
  })

  threat(36, 'gets nothing when it is sent again long after it was answered', async () => {
    codeIn(await approve(browser, page))
    travel(601)
    await expectPage(await browser.post(CONFIRM, filledIn()), 400, EXPIRED)
    expect((await env.KV.list()).keys).toHaveLength(1)
  })

  threat(36, 'gets nothing when it is sent again from elsewhere or after signing out', async () => {
    codeIn(await approve(browser, page))
    const origin = { Origin: 'https://evil.example' }
    await expectPage(await postAs(origin, new URLSearchParams(filledIn()).toString()), 403, FORGED)
    const { anti_forgery: _, ...without } = filledIn()
    await expectPage(await browser.post(CONFIRM, without), 403, FORGED)
    await browser.post('/logout', { anti_forgery: filledIn()['anti_forgery'] ?? '' })
    await expectPage(await browser.post(CONFIRM, filledIn()), 403, FORGED)
    expect((await env.KV.list()).keys).toHaveLength(1)
  })

  threat(
    36,
    'gets nothing when the page of someone who has signed out sends it, after another one signed in',
    async () => {
      await browser.post('/logout', { anti_forgery: filledIn()['anti_forgery'] ?? '' })
      const { name, value } = await givenSession(bob)
      browser.cookies.set(name, value)
      await expectPage(await browser.post(CONFIRM, filledIn()), 403, FORGED)
      const again = await givenSession(alice)
      browser.cookies.set(again.name, again.value)
      await expectPage(await browser.post(CONFIRM, filledIn()), 403, FORGED)
      expect((await env.KV.list()).keys).toEqual([])
    },
  )

  threat(36, 'leads to the sign-in, not to a code, when it is sent after signing out', async () => {
    const cookies = new Map(browser.cookies)
    await browser.post('/logout', { anti_forgery: filledIn()['anti_forgery'] ?? '' })
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    const response = await browser.post(CONFIRM, filledIn())
    expect(response.headers.get('Location')).toBe(`/login?request=${filledIn()['request']}`)
    expect((await env.KV.list()).keys).toEqual([])
  })
})

describe('a consent form with more in it', () => {
  threat(30, 'a consent form with more in it gives nothing that was not asked for', async () => {
    const more = {
      client_id: 'other',
      redirect_uri: 'https://evil.example',
      response_type: 'token',
      state: 'evil',
      user_id: bob,
      username: 'bob',
      code_challenge: 'x',
    }
    const fields = [
      ...Object.entries({ ...filledIn(), ...more }),
      ['scope', 'write'],
      ['scope', 'admin'],
    ] as const
    const response = await browser.post(CONFIRM, fields)
    const left = new URL(nextOf(response) ?? '')
    expect(left.href).toMatch(/^https:\/\/app\.example\/cb\?code=ac_[\w-]+&state=a\+state&iss=/)
    expect(await redeem(left.searchParams.get('code') ?? '')).toMatchObject({ scope: 'read', status: 200 })
    expect(await env.DB.prepare('SELECT user_id, client_id, scope FROM grants').all()).toMatchObject({
      results: [{ client_id: 'web', scope: 'read', user_id: alice }],
    })
  })

  threat(30, 'a consent to scopes alone that were not asked for is a denial', async () => {
    const response = await browser.post(CONFIRM, { ...filledIn(), scope: 'write' })
    expect(nextOf(response)).toContain('error=access_denied')
  })

  threat(30, 'a consent form that names a field twice is refused', async () => {
    const twice = [...Object.entries(filledIn()), ['authorize', 'False']] as const
    await expectPage(await browser.post(CONFIRM, twice), 400, 'sent more than once')
    await expectNothing()
  })
})

describe('between page and answer', () => {
  threat(49, 'a client that is disabled gets no code, and nobody is sent there', async () => {
    await env.DB.prepare(`UPDATE clients SET disabled_at = 1 WHERE client_id = 'web'`).run()
    await expectPage(await browser.post(CONFIRM, filledIn()), 400, UNAUTHORIZED)
    await expectPage(await browser.get(page.path), 400, UNAUTHORIZED)
    expect((await env.KV.list()).keys).toEqual([])
  })

  threat(49, 'a client that loses the redirect URI gets no code either', async () => {
    await env.DB.prepare('DELETE FROM client_redirect_uris').run()
    await expectPage(await browser.post(CONFIRM, filledIn()), 400, 'redirect didn')
    expect((await env.KV.list()).keys).toEqual([])
  })

  threat(49, 'a user who is disabled, or whose session ends, gives no consent', async () => {
    for (const sql of ['UPDATE users SET is_active = 0', 'UPDATE sessions SET revoked_at = 1']) {
      await env.DB.prepare('UPDATE users SET is_active = 1').run()
      await env.DB.prepare(sql).run()
      const response = await browser.post(CONFIRM, filledIn())
      expect(response.headers.get('Location')).toMatch(/^\/login\?request=/)
    }
    expect((await env.KV.list()).keys).toEqual([])
  })

  threat(31, 'a request of one client is not answered with the consent to another', async () => {
    await givenClient('second')
    codeIn(await approve(browser, page))
    const second = await browser.visit(authorizationUrl({ client_id: 'second', prompt: 'none' }))
    expect(answerIn(second)).toMatchObject({ error: 'consent_required' })
  })
})
