import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { actOn, givenStaff } from '../admin/support.ts'
import { type Browser, hiddenFields, nextOf, openBrowser, type Visit } from '../support/browser.ts'
import { putUp } from '../support/documents.ts'
import { givenCast, givenSession, givenUser } from '../support/fixture.ts'
import { authorizationUrl, expectPage, FORGED } from '../support/flow.ts'
import { ORIGIN, send, sendIn, type Vars } from '../support/http.ts'
import { OUTBOX } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import {
  answerPath,
  GITHUB,
  GITHUB_SELF,
  givenGithub,
  givenIssuer,
  givenLink,
  givenProvider,
  goTo,
  type Issuer,
  vouch,
} from '../support/sign-in-providers.ts'
import { countTrips } from '../support/trips.ts'

const CONFIRM = '/account/confirm?next=passkeys'
const GOAL = '/account/passkeys'
const HELP = 'the people who run this service can let you back in'

let issuer: Issuer
let carol = ''
beforeEach(async () => {
  await givenCast()
  issuer = await givenIssuer()
  await givenProvider(issuer.issuer)
  carol = await givenUser('carol', { passwordHash: '!' })
  await givenLink(carol)
})

function now(): number {
  return Math.floor(Date.now() / 1000)
}

/** A browser in which somebody signed in an hour ago. */
async function longSignedIn(userId = carol, vars: Vars = {}, sendTo = send): Promise<Browser> {
  const browser = openBrowser(vars, [], sendTo)
  const { name, value } = await givenSession(userId, { authTime: now() - 3600 })
  browser.cookies.set(name, value)
  return browser
}

/** Presses "Confirm with …", and says where the browser is sent. */
async function leave(browser: Browser, provider = 'acme', path = CONFIRM): Promise<URL> {
  const { text } = await browser.visit(path)
  const [, to = ''] =
    new RegExp(`formaction="([^"]+)" formnovalidate="" name="confirm" value="${provider}"`).exec(text) ?? []
  expect([path, to]).toEqual([path, expect.stringContaining('/account/connections?next=')])
  const [, anti_forgery = ''] = /name="anti_forgery" value="([^"]+)"/.exec(text) ?? []
  const answer = await browser.post(to, { anti_forgery, username: '', password: '', confirm: provider })
  return new URL(nextOf(answer) ?? '', ORIGIN)
}

async function confirm(
  browser: Browser,
  claims: Readonly<Record<string, unknown>> = { auth_time: now() },
): Promise<Visit> {
  const url = await leave(browser)
  await vouch(issuer, url, claims)
  return browser.visit(answerPath(issuer, url))
}

async function confirmations(): Promise<number> {
  return (await all(`SELECT 1 FROM audit_events WHERE type = 'sign_in_confirmed'`)).length
}

describe('somebody who has only an account elsewhere', () => {
  it('confirms who is there by signing in there anew, and goes on to where the change is made', async () => {
    const browser = await longSignedIn()
    const page = await browser.visit(GOAL)
    expect(page.text).toContain(CONFIRM)
    const url = await leave(browser)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ prompt: 'login', max_age: '0' })
    const said = now()
    await vouch(issuer, url, { auth_time: said })
    const visit = await browser.visit(answerPath(issuer, url))
    expect([visit.path, visit.text.includes(CONFIRM)]).toEqual([GOAL, false])
    const [session] = await all(`SELECT vouched_at, amr FROM sessions WHERE user_id = '${carol}'`)
    expect(Number(session?.['vouched_at'])).toBeGreaterThanOrEqual(said)
    expect(await all(`SELECT actor, user_id FROM audit_events WHERE type = 'sign_in_confirmed'`)).toEqual([
      { actor: carol, user_id: carol },
    ])
    expect((await browser.visit(CONFIRM)).path).toBe(GOAL)
  })

  it('is asked by every page below the account page that needs it, and can confirm there', async () => {
    for (const next of ['connections', 'email', 'passkeys', 'second-factor', 'data', 'without-password']) {
      const browser = await longSignedIn()
      const url = await leave(browser, 'acme', `/account/confirm?next=${next}`)
      await vouch(issuer, url, { auth_time: now() })
      const answer = await browser.get(answerPath(issuer, url))
      expect(answer.headers.get('Location')).toBe(`/account/${next}`)
    }
  })

  it('who is staff confirms so what is about to be changed in the panel', async () => {
    await env.DB.prepare(`UPDATE users SET is_staff = 1 WHERE username = 'carol'`).run()
    const browser = await longSignedIn()
    const add = async (): Promise<Visit> =>
      browser.submit(await browser.visit('/admin/scopes/new'), '/admin/scopes/new', [
        ['name', 'files'],
        ['description', 'Change your data'],
      ])
    const stopped = await add()
    expect(stopped.text).toContain('href="/account/confirm"')
    const url = await leave(browser, 'acme', '/account/confirm')
    await vouch(issuer, url, { auth_time: now() })
    expect((await browser.visit(answerPath(issuer, url))).path).toBe('/account')
    await add()
    expect(await all(`SELECT 1 FROM scopes WHERE name = 'files'`)).toHaveLength(1)
  })

  it('who is staff and has a password is not led out of a form of the panel', async () => {
    const staff = await givenUser('dan', { isStaff: true })
    await givenLink(staff, 'acme', 'sub-of-dan')
    const browser = await longSignedIn(staff)
    expect((await browser.visit(CONFIRM)).text).toContain('Confirm with Acme')
    const page = await browser.visit('/admin/scopes/new')
    const asked = await browser.submit(page, '/admin/scopes/new', [
      ['name', 'files'],
      ['description', 'Change your data'],
    ])
    expect([asked.text.includes('type="password"'), asked.text.includes('Confirm with Acme')]).toEqual([
      true,
      false,
    ])
  })

  it('goes on nowhere but below the account page, whatever is asked for', async () => {
    for (const next of ['//evil.example', '../login', 'https://evil.example', 'a/b', '']) {
      const browser = await longSignedIn()
      const url = await leave(browser, 'acme', `/account/confirm?next=${encodeURIComponent(next)}`)
      await vouch(issuer, url, { auth_time: now() })
      const answer = await browser.get(answerPath(issuer, url))
      expect([next, answer.headers.get('Location')]).toEqual([next, '/account'])
    }
  })

  it('costs no more than two trips to D1 on the way back, one on the way there, and three to be asked', async () => {
    const browser = await longSignedIn()
    const counted = async (work: (own: Browser) => Promise<unknown>): Promise<unknown> => {
      const trips = countTrips()
      const own = openBrowser(trips.vars)
      for (const [name, value] of browser.cookies) own.cookies.set(name, value)
      await work(own)
      for (const [name, value] of own.cookies) browser.cookies.set(name, value)
      return { d1: trips.d1, kv: trips.kv }
    }
    expect(await counted((own) => own.get(CONFIRM))).toEqual({ d1: 3, kv: 0 })
    const { text } = await browser.visit(CONFIRM)
    const { anti_forgery = '' } = hiddenFields(text, CONFIRM)
    let url = new URL(ORIGIN)
    const begun = await counted(async (own) => {
      const answer = await own.post('/account/connections?next=passkeys', { anti_forgery, confirm: 'acme' })
      url = new URL(nextOf(answer) ?? '', ORIGIN)
    })
    expect(begun).toEqual({ d1: 1, kv: 0 })
    await vouch(issuer, url, { auth_time: now() })
    expect(await counted((own) => own.get(answerPath(issuer, url)))).toEqual({ d1: 2, kv: 0 })
    expect(await confirmations()).toBe(1)
  })
})

describe('a sign-in elsewhere that confirms nothing', () => {
  async function expectRefused(browser: Browser, visit: Visit, text: string): Promise<void> {
    expect([visit.path, visit.text.includes(text)]).toEqual([CONFIRM, true])
    // It can be tried again, and whoever cannot do it learns who helps.
    expect(visit.text).toContain('Confirm with Acme')
    expect(visit.text).toContain(HELP)
    expect((await browser.visit(GOAL)).text).toContain(CONFIRM)
    expect(await confirmations()).toBe(0)
  }

  threat(197, 'is one of which nobody says when it was', async () => {
    const browser = await longSignedIn()
    const visit = await confirm(browser, {})
    await expectRefused(browser, visit, 'Acme does not say whether you have just signed in there.')
  })

  threat(197, 'is one of long ago: whoever signs out there can sign in anew', async () => {
    const browser = await longSignedIn()
    const visit = await confirm(browser, { auth_time: now() - 7200 })
    const text = 'You signed in at Acme a while ago. Sign out there first.'
    await expectRefused(browser, visit, text)
    expect((await confirm(browser)).path).toBe(GOAL)
  })

  threat(197, 'is one of another account, which belongs to nobody, or to somebody else', async () => {
    await givenLink(await givenUser('mallory'), 'acme', 'sub-of-mallory')
    const browser = await longSignedIn()
    for (const sub of ['sub-of-nobody', 'sub-of-mallory']) {
      const visit = await confirm(browser, { sub, auth_time: now() })
      const text = 'You signed in at Acme with an account that is not connected to yours here.'
      await expectRefused(browser, visit, text)
    }
    expect(await all('SELECT subject FROM linked_accounts ORDER BY subject')).toEqual([
      { subject: 'sub-of-ann' },
      { subject: 'sub-of-mallory' },
    ])
  })

  threat(197, 'is one that its user has called off', async () => {
    const browser = await longSignedIn()
    const url = await leave(browser)
    const back = answerPath(issuer, url, { code: undefined, error: 'access_denied' })
    await expectRefused(browser, await browser.visit(back), 'You did not sign in with Acme.')
  })

  threat(197, 'is worth no more than itself, whatever the sign-in had shown before', async () => {
    const browser = await longSignedIn()
    await env.DB.prepare(`UPDATE sessions SET amr = 'hwk user mfa' WHERE user_id = ?`).bind(carol).run()
    expect((await confirm(browser)).path).toBe(GOAL)
    expect(await all(`SELECT amr FROM sessions WHERE user_id = '${carol}'`)).toEqual([{ amr: 'fed' }])
  })

  threat(197, 'leads to no page that is none of the account, however long its name', async () => {
    for (const next of ['x'.repeat(4000), '%0d%0aSet-Cookie:a=b', '//evil.example']) {
      const browser = await longSignedIn()
      const url = await leave(browser, 'acme', `/account/confirm?next=${next}`)
      await vouch(issuer, url, { auth_time: now() })
      expect((await browser.get(answerPath(issuer, url))).headers.get('Location')).toBe('/account')
    }
  })

  threat(197, 'is one that another session has begun, of the same user or of another', async () => {
    for (const userId of [carol, await givenUser('eve', { passwordHash: '!' })]) {
      const browser = await longSignedIn()
      const url = await leave(browser)
      await vouch(issuer, url, { auth_time: now() })
      const other = await givenSession(userId, { authTime: now() - 3600 })
      browser.cookies.set(other.name, other.value)
      const visit = await browser.visit(answerPath(issuer, url))
      expect([visit.path, visit.text.includes('began in another browser')]).toEqual([CONFIRM, true])
      expect(await confirmations()).toBe(0)
    }
  })

  threat(197, 'is one whose answer is brought to another browser, or comes again', async () => {
    const browser = await longSignedIn()
    const url = await leave(browser)
    await vouch(issuer, url, { auth_time: now() })
    const other = await longSignedIn()
    expect((await other.visit(answerPath(issuer, url))).status).toBe(400)
    const cookies = new Map(browser.cookies)
    const locations = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const again = openBrowser()
        for (const [name, value] of cookies) again.cookies.set(name, value)
        return (await again.get(answerPath(issuer, url))).headers.get('Location')
      }),
    )
    expect(locations.filter((location) => location === GOAL)).toHaveLength(1)
    expect(await confirmations()).toBe(1)
  })

  threat(197, 'is one of a link, a provider, a session or a user that was ended on the way', async () => {
    for (const end of [
      'DELETE FROM linked_accounts',
      'UPDATE sign_in_providers SET is_enabled = 0',
      `UPDATE linked_accounts SET issuer = 'https://former.example'`,
      'UPDATE sessions SET revoked_at = 1',
      'UPDATE sessions SET expires_at = 1',
      'UPDATE users SET is_active = 0',
    ]) {
      await env.DB.prepare(`DELETE FROM linked_accounts`).run()
      await env.DB.prepare(`UPDATE sign_in_providers SET is_enabled = 1`).run()
      await env.DB.prepare(`UPDATE users SET is_active = 1`).run()
      await givenLink(carol)
      const browser = await longSignedIn()
      const url = await leave(browser)
      await vouch(issuer, url, { auth_time: now() })
      await env.DB.prepare(end).run()
      await browser.get(answerPath(issuer, url))
      expect([end, await confirmations()]).toEqual([end, 0])
    }
  })

  threat(
    197,
    'is no sign-in or link that somebody else has begun, and begins by no page of others',
    async () => {
      const browser = await longSignedIn()
      await expectPage(
        await browser.post('/account/connections?next=passkeys', { anti_forgery: 'AAAA', confirm: 'acme' }),
        403,
        FORGED,
      )
      const out = openBrowser()
      const { anti_forgery = '' } = hiddenFields((await out.visit('/login')).text, '/login')
      const answer = await out.post('/account/connections', { anti_forgery, confirm: 'acme' })
      expect(answer.headers.get('Location')).toBe('/login')
      const { text } = await browser.visit(CONFIRM)
      const own = hiddenFields(text, CONFIRM)
      const missing = await browser.post('/account/connections', { ...own, confirm: 'nothing' })
      expect(missing.status).toBe(404)
    },
  )
})

describe('a provider that cannot say when somebody signed in', () => {
  beforeEach(async () => {
    await givenGithub()
    await env.DB.prepare('DELETE FROM linked_accounts').run()
  })

  async function givenGithubUser(countsAsFresh: boolean): Promise<void> {
    await givenProvider('https://github.com', { ...GITHUB, countsAsFresh })
    await givenLink(carol, 'github', '1')
  }

  threat(197, 'is not offered, and is refused to whoever asks for it all the same', async () => {
    await givenGithubUser(false)
    const browser = await longSignedIn()
    const page = await browser.visit(CONFIRM)
    expect([page.text.includes('Confirm with'), page.text.includes(HELP)]).toEqual([false, true])
    const fields = { ...hiddenFields(page.text, CONFIRM), confirm: 'github' }
    const answer = await browser.post('/account/connections?next=passkeys', fields)
    expect(answer.headers.get('Location')).toBe(CONFIRM)
    const back = await browser.visit(CONFIRM)
    expect(back.text).toContain('GitHub does not say whether you have just signed in there.')
    expect((await browser.visit(GOAL)).text).toContain(CONFIRM)
  })

  it('confirms where staff have said so: it is asked which account it is to be, at the least', async () => {
    await givenGithubUser(true)
    const browser = await longSignedIn()
    const url = await leave(browser, 'github')
    expect([url.searchParams.get('prompt'), url.searchParams.has('max_age')]).toEqual([
      'select_account',
      false,
    ])
    expect((await browser.visit(answerPath(GITHUB_SELF, url))).path).toBe(GOAL)
    await givenGithub({ id: 2 })
    const other = await longSignedIn()
    const foreign = await other.visit(answerPath(GITHUB_SELF, await leave(other, 'github')))
    expect(foreign.text).toContain('an account that is not connected to yours here')
    expect(foreign.text.indexOf('role="alert"')).toBeLessThan(foreign.text.indexOf('<form'))
  })

  threat(197, 'answers no application that insists without showing a page there', async () => {
    await givenGithubUser(true)
    const { url } = await goTo('github', { path: authorizationUrl({ prompt: 'login' }) })
    expect(url.searchParams.get('prompt')).toBe('select_account')
    const { url: other } = await goTo('github', { path: authorizationUrl() })
    expect(other.searchParams.has('prompt')).toBe(false)
  })

  threat(197, 'confirms nothing once staff have taken that back', async () => {
    await givenGithubUser(true)
    const browser = await longSignedIn()
    const url = await leave(browser, 'github')
    await env.DB.prepare('UPDATE sign_in_providers SET counts_as_fresh = 0').run()
    const visit = await browser.visit(answerPath(GITHUB_SELF, url))
    expect(visit.text).toContain('GitHub does not say whether you have just signed in there.')
    expect(await confirmations()).toBe(0)
  })

  threat(
    197,
    'confirms nothing and vouches for nothing, even in a Worker that has not yet heard of that',
    async () => {
      await givenGithubUser(true)
      const oneWorker = { ...env }
      const sendTo: typeof send = async (path, init) => sendIn(oneWorker, path, init)
      const browser = await longSignedIn(carol, {}, sendTo)
      const url = await leave(browser, 'github')
      const { browser: visitor, url: signIn } = await goTo('github', { browser: openBrowser({}, [], sendTo) })
      // The Worker remembers the provider from the start of both.
      await env.DB.prepare('UPDATE sign_in_providers SET counts_as_fresh = 0').run()
      expect((await browser.visit(answerPath(GITHUB_SELF, url))).path).toBe(CONFIRM)
      expect(await confirmations()).toBe(0)
      expect((await visitor.visit(answerPath(GITHUB_SELF, signIn))).path).toBe('/account')
      expect(await all('SELECT vouched_at FROM sessions WHERE vouched_at IS NOT NULL')).toEqual([
        { vouched_at: 0 },
      ])
    },
  )

  it('confirms so by OpenID Connect, too, but never by a time that it says and that is over', async () => {
    await env.DB.prepare('UPDATE sign_in_providers SET counts_as_fresh = 1').run()
    await givenLink(carol)
    expect((await confirm(await longSignedIn(), {})).path).toBe(GOAL)
    const old = await confirm(await longSignedIn(), { auth_time: now() - 7200 })
    expect(old.text).toContain('You signed in at Acme a while ago.')
  })

  it('is Google, too, which is asked as it documents', async () => {
    await env.DB.prepare(`UPDATE sign_in_providers SET issuer = 'https://accounts.google.com'`).run()
    const google = 'https://accounts.google.com'
    const metadata = { issuer: google, authorization_endpoint: `${google}/o/oauth2/v2/auth` }
    await putUp(`${google}/.well-known/openid-configuration`, { json: metadata })
    await givenLink(carol)
    const url = await leave(await longSignedIn())
    expect(url.searchParams.get('prompt')).toBe('select_account')
  })
})

describe('whoever has no password', () => {
  it('has a way to confirm who is there, or is told who helps', async () => {
    await env.DB.prepare('DELETE FROM linked_accounts').run()
    await env.DB.prepare(`UPDATE users SET email = 'carol@example.org', email_verified_at = 1 WHERE id = ?`)
      .bind(carol)
      .run()
    for (const [vars, offered] of [
      [{ ...OUTBOX, OAUTH_SIGN_IN_LINKS: 'true' }, 'href="/login/link"'],
      [OUTBOX, 'href="/login/recover"'],
      [{ ...OUTBOX, OAUTH_RECOVERY: 'false' }, HELP],
      [{}, HELP],
    ] as const) {
      const page = await (await longSignedIn(carol, vars)).visit(CONFIRM)
      expect(page.status).toBe(200)
      expect(page.text).toContain(offered)
      expect(page.text).not.toContain('type="password"')
    }
  })

  it('whom staff let back in signs in anew, and need not confirm anything', async () => {
    const vars = { OAUTH_PASSWORDS: 'false' }
    const { browser: staff } = await givenStaff()
    await env.DB.prepare('DELETE FROM linked_accounts').run()
    const { text } = await actOn(staff, 'users', [carol], 'start-recovery')
    const [, path = ''] = /https:\/\/id\.example(\/login\/password\?token=[\w.-]+)/.exec(text) ?? []
    const browser = openBrowser(vars)
    const visit = await browser.submit(await browser.visit(path), '/login/password', [])
    expect([visit.path, visit.text.includes(CONFIRM)]).toEqual([GOAL, false])
  })
})
