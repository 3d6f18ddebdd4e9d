import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ProviderEnv } from '../../src/concepts.ts'
import { pages } from '../../src/pages/index.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, givenUser, PASSWORD } from '../support/fixture.ts'
import { act, authorizationUrl, CONFIRM, expectPage, FORGED, signedIn } from '../support/flow.ts'
import { ORIGIN, send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { stopClock, travel } from '../support/time.ts'
import { givenTokens, isActive } from '../support/tokens.ts'

const SESSION = '__Host-oauth_session'
const DAY = 86_400
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Signs in by the form. */
async function signIn(browser: Browser, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
  const page = await browser.visit('/login')
  const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'alice' }
  return browser.post('/login', { ...form, ...fields })
}

async function signOut(browser: Browser): Promise<Response> {
  const page = await browser.visit('/logout')
  return browser.post('/logout', hiddenFields(page.text, '/logout'))
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.get('/account')).status === 200
}

describe('session fixation', () => {
  threat(136, 'a cookie that was planted is not adopted', async () => {
    for (const planted of ['x', `se_${'A'.repeat(64)}`, 'se_', '../x']) {
      const browser = openBrowser()
      browser.cookies.set(SESSION, planted)
      expect(await isSignedIn(browser)).toBe(false)
      await signIn(browser)
      expect(browser.cookies.get(SESSION)).toMatch(/^se_[\w-]{64}$/)
      expect(browser.cookies.get(SESSION)).not.toBe(planted)
      expect(await isSignedIn(browser)).toBe(true)
    }
  })

  threat(136, 'a session that somebody else planted ends where the victim signs in', async () => {
    const mallory = await givenSession(await givenUser('mallory'))
    const attacker = openBrowser()
    attacker.cookies.set(mallory.name, mallory.value)
    const victim = openBrowser()
    victim.cookies.set(mallory.name, mallory.value)
    // The victim meets the sign-in again because the request wants it.
    travel(60)
    const page = await victim.visit(authorizationUrl({ prompt: 'login' }))
    await victim.submit(page, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect((await victim.visit('/account')).text).toContain('Signed in as alice')
    expect(victim.cookies.get(SESSION)).not.toBe(mallory.value)
    expect(await isSignedIn(attacker)).toBe(false)
  })

  threat(136, 'signing in again gives a new id, and ends the old one', async () => {
    const browser = openBrowser()
    await signIn(browser)
    const before = browser.cookies.get(SESSION) ?? ''
    travel(60)
    const page = await browser.visit(authorizationUrl({ prompt: 'login' }))
    await browser.submit(page, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect(browser.cookies.get(SESSION)).not.toBe(before)
    browser.cookies.set(SESSION, before)
    expect(await isSignedIn(browser)).toBe(false)
  })

  threat(136, 'the anti-forgery value of before does not work afterwards', async () => {
    const browser = openBrowser()
    const page = await browser.visit('/login')
    await signIn(browser)
    const form = { ...hiddenFields(page.text, '/login'), intent: 'end-other-sessions' }
    await expectPage(await browser.post('/account', form), 403, FORGED)
  })
})

describe('cookies', () => {
  threat(137, 'are __Host-, Secure, HttpOnly, SameSite=Lax, for the whole host and no other', async () => {
    const browser = openBrowser()
    const page = await browser.get(authorizationUrl())
    const login = await browser.get(page.headers.get('Location') ?? '')
    const form = hiddenFields(await login.text(), '/login')
    const done = await browser.post('/login', { ...form, password: PASSWORD, username: 'alice' })
    const account = await browser.visit('/account')
    const { anti_forgery = '' } = hiddenFields(account.text, '/account')
    const flash = await browser.post('/account', { anti_forgery, intent: 'end-other-sessions' })
    const out = await browser.post('/logout', { anti_forgery })
    const set = [page, login, done, flash, out].flatMap(({ headers }) => headers.getSetCookie())
    const names = set.map((cookie) => cookie.split('=')[0]?.replace(/request_.*/, 'request_'))
    expect(new Set(names)).toEqual(
      new Set(['device', 'form', 'notice', 'request_', 'session'].map((name) => `__Host-oauth_${name}`)),
    )
    for (const cookie of set) {
      expect(cookie).toMatch(/; Path=\/(?:;|$)/)
      expect(cookie).toMatch(/; Secure/)
      expect(cookie).toMatch(/; Max-Age=0;|; HttpOnly; Secure; SameSite=Lax$/)
      expect(cookie).not.toMatch(/Domain=/i)
    }
    expect(done.headers.getSetCookie().join()).toMatch(/__Host-oauth_session=se_[\w-]{64}; Max-Age=1209600;/)
  })

  threat(137, 'without the prefix, as another subdomain could set them, count for nothing', async () => {
    const { value } = await givenSession(alice)
    for (const name of ['oauth_session', '__Secure-oauth_session', 'session']) {
      const response = await send('/account', { headers: { Cookie: `${name}=${value}` } })
      expect({ name, status: response.status }).toEqual({ name, status: 303 })
    }
    const browser = openBrowser()
    browser.cookies.set('oauth_form', 'planted')
    const page = await browser.visit('/login')
    browser.cookies.delete('__Host-oauth_form')
    const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'alice' }
    await expectPage(await browser.post('/login', form), 403, FORGED)
  })

  it('carry the prefix that OAUTH_SESSION_KEY says', async () => {
    const response = await send(authorizationUrl(), {}, { OAUTH_SESSION_KEY: 'mine' })
    expect(response.headers.getSetCookie().join()).toMatch(/^__Host-mine_request_/)
  })

  it('on a developer’s plain http go without Secure and the prefix, which browsers would refuse', async () => {
    const response = await send(`http://localhost:8787${authorizationUrl()}`)
    expect(response.headers.getSetCookie().join()).toMatch(
      /^oauth_request_[\w-]+=[\w.-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
  })
})

describe('where the sign-in leads', () => {
  threat(138, 'is never an address that a request names', async () => {
    for (const target of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/%09/evil.example',
      'javascript:alert(1)',
      '\thttps://evil.example',
    ]) {
      const browser = openBrowser()
      const names = ['return_to', 'next', 'redirect', 'redirect_uri', 'url', 'continue', 'request_url']
      const query = new URLSearchParams(names.map((name) => [name, target])).toString()
      const page = await browser.visit(`/login?${query}`)
      expect(page.text).not.toContain('evil.example')
      const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'alice' }
      const response = await browser.post(`/login?${query}`, {
        ...form,
        ...Object.fromEntries(names.map((name) => [name, target])),
      })
      expect([response.status, response.headers.get('Location')]).toEqual([303, '/account'])
      const again = await browser.get(`/login?${query}`)
      expect([again.status, again.headers.get('Location')]).toEqual([303, '/account'])
      const out = await browser.visit(`/logout?${query}`)
      const gone = await browser.post(`/logout?${query}`, {
        ...hiddenFields(out.text, '/logout'),
        next: target,
      })
      expect(gone.headers.get('Location')).toBe('/logout')
    }
  })

  threat(138, 'is not named by the captured request’s id either', async () => {
    const browser = openBrowser()
    const page = await browser.visit('/login')
    const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'alice' }
    for (const request of ['//evil.example', 'x&y', '../../evil']) {
      const response = await browser.post('/login', { ...form, request })
      expect(new URL(response.headers.get('Location') ?? '', ORIGIN).origin).toBe(ORIGIN)
      expect(response.headers.get('Location')).not.toContain('evil')
    }
  })
})

describe('a sign-in that another site sends', () => {
  threat(139, 'is refused: the attacker’s own account does not become the victim’s', async () => {
    const attacker = openBrowser()
    const page = await attacker.visit('/login')
    const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'bob' }
    const victim = openBrowser()
    await expectPage(await victim.post('/login', form), 403, FORGED)
    await victim.visit('/login')
    await expectPage(await victim.post('/login', form), 403, FORGED)
    expect(victim.cookies.has(SESSION)).toBe(false)
    const body = new URLSearchParams(form).toString()
    const cookie = [...attacker.cookies].map((pair) => pair.join('=')).join('; ')
    for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
      const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const init = { body, headers: { Cookie: cookie, ...type, ...headers }, method: 'POST' }
      await expectPage(await send('/login', init), 403, FORGED)
    }
  })

  threat(139, 'it does not sign out either, by a link or by a form', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit('/logout')
    expect(page.text).toContain('You are signed in as alice.')
    expect(await isSignedIn(browser)).toBe(true)
    await expectPage(await browser.post('/logout', {}), 403, FORGED)
    await expectPage(await browser.post('/logout', { anti_forgery: 'x' }), 403, FORGED)
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('is not one that names the issuer, where a proxy asks us for another host', async () => {
    const app = createProvider({ features: [pages()], issuer: 'https://id.public.example' }).pages
    const ask = async (Origin: string) =>
      (await app.request('https://id.internal/assets/nothing', { headers: { Origin }, method: 'POST' }, env))
        .status
    expect(await ask('https://id.public.example')).toBe(404)
    expect(await ask('https://id.internal')).toBe(404)
    expect(await ask('https://evil.example')).toBe(403)
    expect(await ask('https://id.public.example.evil.example')).toBe(403)
  })

  it('is not answered where there is no page of ours: at an address that does not exist, or one of an embedding Worker', async () => {
    const init = { headers: { Origin: 'https://evil.example' }, method: 'POST' }
    for (const path of ['/', '/nothing', '/oauth2/nothing', '/demo']) {
      const response = await send(path, init)
      expect({ path, status: response.status }).toEqual({ path, status: path === '/demo' ? 403 : 404 })
      expect(response.headers.get('Content-Type')).toMatch(/^text\/html/)
    }
    const app = new Hono<ProviderEnv>()
    app.route('/', createProvider({ features: [pages()] }).pages)
    app.post('/api', (c) => c.text('mine'))
    const response = await app.request('https://id.example/api', init, env)
    expect([response.status, await response.text()]).toEqual([200, 'mine'])
    expect((await app.request('https://id.example/login', init, env)).status).toBe(403)
  })
})

describe('signing out', () => {
  threat(142, 'kills the cookie on the server, and nothing of before is stored', async () => {
    const browser = openBrowser()
    await signIn(browser)
    const before = new Map(browser.cookies)
    const shown = await browser.get('/account')
    expect(shown.headers.get('Cache-Control')).toBe('no-store')
    const response = await signOut(browser)
    expect(response.headers.get('Location')).toBe('/logout')
    expect(browser.cookies.has(SESSION)).toBe(false)
    expect((await browser.visit('/logout')).text).toContain('You are signed out')
    for (const [name, value] of before) browser.cookies.set(name, value)
    expect(await isSignedIn(browser)).toBe(false)
    expect((await browser.visit(authorizationUrl())).path).toMatch(/^\/login/)
  })

  threat(142, 'leaves other browsers and the access of applications alone', async () => {
    const [browser, other] = [await signedIn(alice), await signedIn(alice)]
    const tokens = await givenTokens(alice)
    await signOut(browser)
    expect(await isSignedIn(other)).toBe(true)
    expect(await isActive(tokens.access)).toBe(true)
  })

  it('lets somebody else answer the same request', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl())
    const login = await browser.submit(page, '/logout', [])
    expect(login.path).toMatch(/^\/login\?request=/)
    const consent = await browser.submit(login, '/login', [
      ['username', 'bob'],
      ['password', PASSWORD],
    ])
    expect(consent.path).toMatch(new RegExp(`^${CONFIRM}`))
    expect(consent.text).toContain('Signed in as bob')
  })
})

describe('the limits of a session', () => {
  threat(146, 'end one that is not used, whatever the cookie says', async () => {
    stopClock()
    const browser = openBrowser()
    await signIn(browser)
    travel(2 * DAY - 1)
    const other = openBrowser()
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    travel(1)
    expect(await isSignedIn(other)).toBe(false)
  })

  threat(146, 'leave one that is used valid until the absolute limit', async () => {
    stopClock()
    const browser = openBrowser()
    await signIn(browser)
    for (let day = 0; day < 13; day++) {
      travel(DAY)
      expect(await isSignedIn(browser)).toBe(true)
    }
    travel(DAY)
    expect(await isSignedIn(browser)).toBe(false)
    expect((await browser.visit(authorizationUrl())).path).toMatch(/^\/login/)
  })

  threat(146, 'are kept as they are set where they are short, and use still counts', async () => {
    stopClock()
    const vars = { OAUTH_SESSION_DELTA: '1000', OAUTH_SESSION_IDLE_DELTA: '60' }
    const browser = await signedIn(alice, vars)
    for (let minute = 0; minute < 5; minute++) {
      travel(50)
      expect(await isSignedIn(browser)).toBe(true)
    }
    travel(61)
    expect(await isSignedIn(browser)).toBe(false)
    const limited = openBrowser(vars)
    const page = await limited.visit('/login')
    const form = { ...hiddenFields(page.text, '/login'), password: PASSWORD, username: 'alice' }
    await limited.post('/login', form)
    expect(await env.DB.prepare('SELECT max(expires_at) AS at FROM sessions').first('at')).toBeLessThan(
      Date.now() / 1000 + DAY,
    )
  })

  threat(146, 'leave a user who is disabled no session', async () => {
    const browser = await signedIn(alice)
    await env.DB.prepare('UPDATE users SET is_active = 0').run()
    expect(await isSignedIn(browser)).toBe(false)
    const response = await signIn(browser)
    expect(response.status).toBe(400)
  })
})

describe('names and passwords at the sign-in', () => {
  threat(
    144,
    'look the same where the password is wrong and where the user is unknown or disabled',
    async () => {
      await givenUser('dave', { isActive: false })
      const texts = []
      for (const username of ['alice', 'nobody', 'dave']) {
        const browser = openBrowser()
        const response = await signIn(browser, {
          password: username === 'dave' ? PASSWORD : 'wrong',
          username,
        })
        const text = (await response.text())
          // What is random in every page: the anti-forgery value, and the challenge for a passkey.
          .replaceAll(/value="[\w-]{43}"|&quot;challenge&quot;:&quot;[\w-]+&quot;/g, '')
          .replaceAll(username, 'NAME')
        texts.push([response.status, text])
        expect(text).toContain('Wrong username or password.')
        expect(text).not.toContain(PASSWORD)
      }
      expect(texts[1]).toEqual(texts[0])
      expect(texts[2]).toEqual(texts[0])
      expect(texts[0]?.[0]).toBe(400)
    },
  )

  threat(145, 'are of one account in every spelling of its name, and of no other', async () => {
    await givenUser('Straße', { id: 'AAAAAAAAAAAAAAAAAAAAAA' })
    for (const username of ['ALICE', 'ａｌｉｃｅ', ' alice ']) {
      expect((await signIn(openBrowser(), { username })).status).toBe(303)
    }
    const browser = openBrowser()
    expect((await signIn(browser, { username: 'STRASSE' })).status).toBe(303)
    expect((await browser.visit('/account')).text).toContain('Signed in as Straße')
    // A Cyrillic letter is another letter.
    expect((await signIn(openBrowser(), { username: 'аlice' })).status).toBe(400)
  })

  threat(
    90,
    'get a page with 429 and Retry-After at the eleventh attempt, right password or not',
    async () => {
      const browser = openBrowser()
      for (let attempt = 0; attempt < 10; attempt++) {
        // An empty password costs no hashing, and counts all the same.
        expect(
          (await signIn(browser, { password: '', username: attempt % 2 ? 'alice' : 'ALICE' })).status,
        ).toBe(400)
      }
      for (const fields of [{}, { password: 'wrong' }]) {
        const response = await signIn(browser, fields)
        const text = await response.text()
        expect(response.status).toBe(429)
        expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(500)
        expect(text).toContain('Too many attempts. Try again in 10 minutes.')
        expect(text).toContain('name="password"')
      }
      expect((await signIn(browser, { username: 'bob' })).status).toBe(303)
      travel(601)
      expect((await signIn(openBrowser())).status).toBe(303)
    },
  )

  threat(143, 'end every other session and the refresh tokens once the password is new', async () => {
    const [browser, other] = [await signedIn(alice), await signedIn(alice)]
    const tokens = await givenTokens(alice)
    const fresh = 'a quite different password'
    const fields = { current_password: PASSWORD, new_password: fresh, repeated_password: fresh }
    await act(browser, 'change-password', fields)
    expect(await isSignedIn(other)).toBe(false)
    expect(await isActive(tokens.access)).toBe(false)
    expect((await signIn(openBrowser())).status).toBe(400)
    expect((await signIn(openBrowser(), { password: fresh })).status).toBe(303)
  })
})
