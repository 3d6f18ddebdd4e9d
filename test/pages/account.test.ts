import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, givenSession, givenUser, PASSWORD, SECRET } from '../support/fixture.ts'
import {
  act,
  authorizationUrl,
  authorize,
  codeIn,
  expectPage,
  FORGED,
  givenCode,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { introspect, post, refresh, send, tokensOf } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'
import { travel } from '../support/time.ts'
import { givenTokens, isActive } from '../support/tokens.ts'
import { countTrips } from '../support/trips.ts'

const NEW = 'a new and longer password'
let alice = ''
let bob = ''
let browser: Browser

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  browser = await signedIn(alice)
})

async function isSignedIn(of: Browser): Promise<boolean> {
  return (await of.get('/account')).status === 200
}

function changePassword(of: Browser, fields: Readonly<Record<string, string>> = {}): ReturnType<typeof act> {
  const usual = { current_password: PASSWORD, new_password: NEW, repeated_password: NEW }
  return act(of, 'change-password', { ...usual, ...fields })
}

describe('the account page', () => {
  it('sends who is not signed in to the sign-in', async () => {
    for (const path of ['/account', '/account/']) {
      const response = await openBrowser().get(path)
      expect([response.status, response.headers.get('Location')]).toEqual([303, '/login'])
    }
  })

  it('has groups, to which links at its top lead, in each language', async () => {
    for (const [language, groups] of [
      ['en', ['Profile', 'Sign-in and security', 'Sign-ins', 'Applications', 'Activity and your data']],
      [
        'de',
        ['Profil', 'Anmeldung und Sicherheit', 'Anmeldungen', 'Anwendungen', 'Aktivität und Ihre Daten'],
      ],
    ] as const) {
      const sendTo: typeof send = async (path, init, vars) => {
        const headers = new Headers(init?.headers)
        headers.set('Accept-Language', language)
        return send(path, { ...init, headers }, vars)
      }
      const own = openBrowser({}, [], sendTo)
      for (const [name, value] of browser.cookies) own.cookies.set(name, value)
      const { text } = await own.visit('/account')
      const links = [...text.matchAll(/<a href="#((?!content")[\w-]+)">([^<]+)<\/a>/g)]
      expect(links.map(([, , title]) => title)).toEqual(groups)
      for (const [, id = '', title = ''] of links) expect(text).toContain(`<h2 id="${id}">${title}</h2>`)
      expect(text.match(/<h2[ >]/g)).toHaveLength(groups.length)
    }
  })

  it('is empty at first', async () => {
    const { text } = await browser.visit('/account')
    expect(text).toContain('No application has access')
    expect(text).toContain('You are signed in nowhere else.')
    expect(text).toContain('Signed in as alice')
  })

  it('lists what has access, since when and when it was last used', async () => {
    await givenClient('plain', { url: 'https://plain.example/' })
    await redeem(codeIn(await authorize(browser, { scope: 'read write' })))
    await authorize(browser, { client_id: 'plain' })
    await authorize(await signedIn(bob), { client_id: 'other' })
    const { text } = await browser.visit('/account')
    expect(text).toContain('Application web')
    expect(text).toContain('Application plain')
    expect(text).not.toContain('Application other')
    expect(text).toContain('href="https://plain.example/"')
    expect(text).toContain('Write your data')
    expect(text).toContain('Authorized since')
    const web = text.split('<li>').find((part) => part.includes('Application web')) ?? ''
    expect(web).not.toContain('Never')
    const plain = text.split('<div class="item">').find((part) => part.includes('Application plain')) ?? ''
    expect(plain).toContain('Never')
  })

  it('lists what has tokens without a consent, and ends them', async () => {
    const tokens = await tokensOf()
    const { text } = await browser.visit('/account')
    expect(text).toContain('Application web')
    expect(text).not.toContain('No application has access')
    const page = await act(browser, 'revoke-application', { client_id: 'web' })
    expect(page.text).toContain('Access of Application web ended: 2 tokens revoked.')
    expect(page.text).toContain('No application has access')
    expect(await isActive(tokens.access_token)).toBe(false)
    expectRefusal(await refresh(tokens.refresh_token ?? ''), 'invalid_grant')
  })

  it('warns of an application whose refresh token came again from another network, until its access is revoked', async () => {
    const [home, elsewhere] = [{ 'CF-Connecting-IP': '192.0.2.1' }, { 'CF-Connecting-IP': '198.51.100.7' }]
    const warning = 'This application’s access was also used from another network.'
    const { refresh: first } = await givenTokens(alice)
    const form = {
      grant_type: 'refresh_token',
      client_id: 'web',
      client_secret: SECRET,
      refresh_token: first,
    }
    for (const network of [home, home]) await post('/oauth2/token', form, network)
    expect((await browser.visit('/account')).text).not.toContain(warning)
    expect((await post('/oauth2/token', form, elsewhere)).status).toBe(200)
    await env.DB.prepare('UPDATE grants SET strayed_at = 1700000000 WHERE strayed_at IS NOT NULL').run()
    const { text } = await browser.visit('/account')
    expect(text).toContain(warning)
    expect(text).toContain('If you cannot explain it, revoke the access')
    expect(text).toContain('datetime="2023-11-14T22:13:20.000Z"')
    expect((await (await signedIn(bob)).visit('/account')).text).not.toContain(warning)
    await act(browser, 'revoke-application', { client_id: 'web' })
    await authorize(browser)
    const after = await browser.visit('/account')
    expect(after.text).toContain('Application web')
    expect(after.text).not.toContain(warning)
  })

  it('shows no application whose access has ended', async () => {
    await tokensOf()
    await redeem(codeIn(await authorize(browser)))
    await env.DB.prepare('UPDATE authorized_clients SET revoked_at = 1').run()
    await env.DB.prepare('UPDATE grants SET refresh_expires_at = 1, access_expires_at = 1').run()
    expect((await browser.visit('/account')).text).toContain('No application has access')
  })

  it('shows staff, and nobody else, the way to the panel', async () => {
    expect((await browser.visit('/account')).text).not.toContain('/admin')
    const staff = await signedIn(await givenUser('staff', { isStaff: true }))
    expect((await staff.visit('/account')).text).toContain('<a href="/admin">Administration</a>')
  })

  it('lists sign-ins, and marks this one', async () => {
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    await givenSession(alice, { network: '192.0.2.7', userAgent })
    await givenSession(alice, { network: '192.0.2.8', revokedAt: 1 })
    await givenSession(alice, { expiresAt: 1, network: '192.0.2.9' })
    await givenSession(alice, { lastSeenAt: 1, network: '192.0.2.10' })
    await givenSession(bob, { network: '192.0.2.11' })
    const { text } = await browser.visit('/account')
    expect(text.match(/192\.0\.2\.\d+/g)).toEqual(['192.0.2.7'])
    expect(text).toContain('Firefox on Linux')
    expect(text.match(/This browser/g)).toHaveLength(1)
  })
})

describe('revoking an application', () => {
  it('ends consent, grants, tokens and codes, and says what it did', async () => {
    for (const vars of [{}, { OAUTH_DELETE_EXPIRED: 'true' }]) {
      const own = await signedIn(alice, vars)
      const first = await redeem(codeIn(await authorize(own)), {}, vars)
      const second = await redeem(codeIn(await authorize(own)), {}, vars)
      const code = codeIn(await authorize(own))
      const kept = await redeem(codeIn(await authorize(own, { client_id: 'other' })), { client_id: 'other' })
      const bobs = await redeem(await givenCode(bob))
      const page = await act(own, 'revoke-application', { client_id: 'web' })
      expect(page.text).toContain('Access of Application web ended: 4 tokens revoked.')
      expect(page.text).not.toContain('value="web"')
      for (const answer of [first, second]) {
        expect(await isActive(answer.access_token)).toBe(false)
        expectRefusal(await refresh(answer.refresh_token ?? '', {}, vars), 'invalid_grant')
      }
      expectRefusal(await redeem(code, {}, vars), 'invalid_grant')
      expect(await isActive(kept.access_token)).toBe(true)
      expect(await isActive(bobs.access_token)).toBe(true)
      expect((await own.visit('/account')).text).not.toContain('tokens revoked')
      await act(own, 'revoke-application', { client_id: 'other' })
    }
  })

  it('is one call of D1', async () => {
    await redeem(codeIn(await authorize(browser)))
    const page = await browser.visit('/account')
    const { anti_forgery = '' } = hiddenFields(page.text, '/account')
    const trips = countTrips()
    const counted = openBrowser(trips.vars)
    for (const [name, value] of browser.cookies) counted.cookies.set(name, value)
    await counted.post('/account', { anti_forgery, client_id: 'web', intent: 'revoke-application' })
    // One to read the session, one to end everything.
    expect(trips).toMatchObject({ d1: 2, depth: 2, kv: 0 })
    expect((await browser.visit('/account')).text).toContain('No application has access')
  })

  it('that has none does nothing, and says so', async () => {
    await authorize(await signedIn(bob))
    for (const client_id of ['web', 'nobody', '']) {
      const page = await act(browser, 'revoke-application', { client_id })
      expect(page.text).toContain('That had already ended, so there was nothing to do.')
    }
    const { results } = await env.DB.prepare('SELECT revoked_at FROM authorized_clients').all()
    expect(results).toEqual([{ revoked_at: null }])
  })

  it('shows a name that plays tricks as plain text', async () => {
    await givenClient('tricky', { name: '<b>Bank\u202eknaB</b>\n' })
    await authorize(browser, { client_id: 'tricky' })
    const page = await act(browser, 'revoke-application', { client_id: 'tricky' })
    expect(page.text).toContain('Access of &lt;b&gt;Bank knaB&lt;/b&gt; ended')
  })
})

describe('ending sign-ins', () => {
  it('ends one: its cookie is dead', async () => {
    const other = await signedIn(alice)
    const third = await signedIn(alice)
    const { text } = await browser.visit('/account')
    const ids = [...text.matchAll(/name="session" value="([^"]+)"/g)].map(([, id = '']) => id)
    expect(ids).toHaveLength(2)
    const page = await act(browser, 'end-session', { session: ids[0] ?? '' })
    expect(page.text).toContain('That browser is signed out.')
    expect([await isSignedIn(other), await isSignedIn(third)].filter(Boolean)).toHaveLength(1)
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('ends all others', async () => {
    const others = [await signedIn(alice), await signedIn(alice)]
    const bobs = await signedIn(bob)
    const page = await act(browser, 'end-other-sessions')
    expect(page.text).toContain('2 other browsers are signed out.')
    for (const other of others) expect(await isSignedIn(other)).toBe(false)
    expect(await isSignedIn(browser)).toBe(true)
    expect(await isSignedIn(bobs)).toBe(true)
    travel(2)
    expect((await act(browser, 'end-other-sessions')).text).toContain('You were signed in nowhere else.')
  })

  it('ends one’s own, too', async () => {
    const { id, name, value } = await givenSession(alice)
    browser.cookies.set(name, value)
    const page = await act(browser, 'end-session', { session: id })
    expect(page.path).toBe('/login')
    expect(browser.cookies.has(name)).toBe(false)
  })
})

describe('changing the password', () => {
  it('ends other sign-ins and every application’s access; this one stays, and may authorize at once', async () => {
    const other = await signedIn(alice)
    const bobs = await givenTokens(bob)
    const tokens = await redeem(codeIn(await authorize(browser)))
    const code = codeIn(await authorize(browser))
    travel(2)
    const page = await changePassword(browser)
    expect(page.text).toContain('Your password is changed.')
    expect(await isSignedIn(other)).toBe(false)
    expect(await isSignedIn(browser)).toBe(true)
    expect(await isActive(tokens.access_token)).toBe(false)
    expectRefusal(await refresh(tokens.refresh_token ?? ''), 'invalid_grant')
    expectRefusal(await redeem(code), 'invalid_grant')
    expect(await isActive(bobs.access)).toBe(true)
    expect(await redeem(codeIn(await authorize(browser)))).toMatchObject({ status: 200 })
    expectRefusal(await tokensOf(), 'invalid_grant')
    expect(await tokensOf({ password: NEW })).toMatchObject({ status: 200 })
  })

  it('makes applications ask again: the next authorization shows consent', async () => {
    await authorize(browser)
    expect((await browser.visit(authorizationUrl())).left).not.toBeNull()
    travel(2)
    const page = await changePassword(browser)
    expect(page.text).toContain('applications have to ask again')
    expect(page.text).toContain('No application has access')
    const next = await browser.visit(authorizationUrl())
    expect([next.left, next.text.includes('Authorize Application web')]).toEqual([null, true])
  })

  it('says everything that is wrong at once, with links to the fields, and begins at the first', async () => {
    const fields = { current_password: 'wrong', new_password: 'short', repeated_password: 'other' }
    const { text } = await changePassword(browser, fields)
    const names = ['current_password', 'new_password', 'repeated_password']
    const alert = /role="alert">(.*?)<\/div>/s.exec(text)?.[1] ?? ''
    expect([...alert.matchAll(/href="#([^"]*)"/g)].map(([, name]) => name)).toEqual(names)
    expect([...text.matchAll(/<input id="([^"]*)"[^>]*autofocus/g)].map(([, name]) => name)).toEqual(
      names.slice(0, 1),
    )
    for (const name of names)
      expect(text).toMatch(new RegExp(`id="${name}-error">[^<]+</span><input id="${name}"`))
    expect(alert.indexOf('passwords differ')).toBeGreaterThan(0)
    expect(await tokensOf()).toMatchObject({ status: 200 })
  })

  it('wants the current password, a good new one, and the same twice', async () => {
    for (const [fields, said] of [
      [{ current_password: 'wrong' }, 'This is not your current password.'],
      [{ current_password: '' }, 'Fill this in.'],
      [{ new_password: 'short', repeated_password: 'short' }, 'Use at least 8 characters.'],
      [{ new_password: '', repeated_password: '' }, 'Use at least 8 characters.'],
      [{ new_password: 'password123', repeated_password: 'password123' }, 'easy to guess'],
      [{ new_password: 'x'.repeat(1025), repeated_password: 'x'.repeat(1025) }, 'at most 1024'],
      [{ repeated_password: `${NEW}!` }, 'The two passwords differ.'],
    ] as const) {
      const page = await changePassword(browser, fields)
      expect({ fields, status: page.status }).toEqual({ fields, status: 400 })
      expect(page.text).toContain(said)
      expect(page.text).not.toContain(NEW)
    }
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM users WHERE password_changed_at > 0').first('n'),
    ).toBe(0)
  })

  it('counts wrong passwords as the sign-in does', async () => {
    const statuses = []
    for (let attempt = 0; attempt < 11; attempt++) {
      statuses.push((await changePassword(browser, { current_password: 'wrong' })).response)
    }
    expect(statuses.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 400), 429])
    expect(Number(statuses.at(-1)?.headers.get('Retry-After'))).toBeGreaterThan(500)
    expect((await changePassword(browser)).status).toBe(429)
  })
})

describe('what belongs to somebody else', () => {
  threat(149, 'a session of another user cannot be ended', async () => {
    const { id, name, value } = await givenSession(bob)
    const bobs = openBrowser()
    bobs.cookies.set(name, value)
    const page = await act(browser, 'end-session', { session: id, user_id: bob })
    expect(page.text).toContain('That had already ended, so there was nothing to do.')
    expect(await isSignedIn(bobs)).toBe(true)
    for (const session of ['', 'x', '%', "' OR 1=1 --"]) {
      expect((await act(browser, 'end-session', { session })).text).toContain('That had already ended')
    }
    expect(await isSignedIn(browser)).toBe(true)
  })

  threat(149, 'a consent of another user cannot be withdrawn', async () => {
    const bobs = await redeem(await givenCode(bob))
    await act(browser, 'revoke-application', { client_id: 'web', user_id: bob, username: 'bob' })
    expect(await introspect(bobs.access_token)).toMatchObject({ active: true })
    expect((await (await signedIn(bob)).visit('/account')).text).toContain('Application web')
  })

  threat(149, 'another user’s password cannot be changed', async () => {
    await changePassword(browser, { user_id: bob, username: 'bob' })
    expect(await tokensOf({ username: 'bob' })).toMatchObject({ status: 200 })
  })
})

describe('forms of the account page', () => {
  it('need the anti-forgery field of this session', async () => {
    const bobs = hiddenFields((await (await signedIn(bob)).visit('/account')).text, '/account')
    for (const intent of [
      'revoke-application',
      'end-session',
      'end-other-sessions',
      'change-password',
      'x',
    ]) {
      for (const anti_forgery of ['', 'x', bobs['anti_forgery'] ?? '']) {
        await expectPage(await browser.post('/account', { anti_forgery, intent }), 403, FORGED)
      }
    }
    await expectPage(await openBrowser().post('/account', { intent: 'end-other-sessions' }), 403, FORGED)
  })

  it('that say nothing to do are refused', async () => {
    for (const intent of ['', 'delete-everything', '__proto__']) {
      expect((await act(browser, intent)).status).toBe(400)
    }
  })

  it('sent after the session ended lead to the sign-in, and do nothing', async () => {
    await authorize(browser)
    const page = await browser.visit('/account')
    const { anti_forgery = '' } = hiddenFields(page.text, '/account')
    await env.DB.prepare('UPDATE sessions SET revoked_at = 1').run()
    const fields = { anti_forgery, client_id: 'web', intent: 'revoke-application' }
    expect((await browser.post('/account', fields)).headers.get('Location')).toBe('/login')
    const { results } = await env.DB.prepare('SELECT revoked_at FROM authorized_clients').all()
    expect(results).toEqual([{ revoked_at: null }])
  })
})
