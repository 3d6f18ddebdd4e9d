import { beforeEach, describe, expect, it } from 'vitest'
import { actOn } from '../admin/support.ts'
import { type Authenticator, newAuthenticator } from '../support/authenticator.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, givenUser, PASSWORD } from '../support/fixture.ts'
import { act, expectPage, signedIn } from '../support/flow.ts'
import { answerOf, post, send } from '../support/http.ts'
import { codeIn, mailTo, OUTBOX } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { addPasskey, PARTY, passkeySignIn } from '../support/passkeys.ts'
import { givenAdminToken } from '../support/tokens.ts'

/** A deployment without passwords: passkeys and mail. */
const NONE = {
  ...OUTBOX,
  OAUTH_PASSWORDS: 'false',
  OAUTH_SIGN_IN_LINKS: 'true',
  OAUTH_ALLOW_SIGNUP: 'true',
}
const NOT_THERE = 'There is no page at this address.'
let alice = ''
let authenticator: Authenticator

beforeEach(async () => {
  authenticator = await newAuthenticator(PARTY)
  ;({ alice } = await givenCast())
})

/** A browser that asks for a language. */
function speaking(language: string) {
  return openBrowser(NONE, [], async (path, init = {}, vars = {}) => {
    const headers = new Headers(init.headers)
    headers.set('Accept-Language', language)
    return send(path, { ...init, headers }, vars)
  })
}

/** What a page says, without its markup. */
function textOf(page: string): string {
  return page.replaceAll(/<(?:style|script)[^]*?<\/(?:style|script)>/g, '').replaceAll(/<[^>]*>/g, ' ')
}

/** A member of staff who is signed in. */
async function givenStaffIn(): Promise<{ readonly browser: Browser }> {
  return { browser: await signedIn(await givenUser('staff', { isStaff: true }), NONE) }
}

/** The sentence in which a page speaks of passwords; undefined if it does not. */
function spokenOf(page: string): string | undefined {
  return /[^.]*passwor[td](?![ -]manager)[^.]*/i.exec(textOf(page))?.[0]
}

describe('without passwords', () => {
  it('no page that people see speaks of them, in any language', async () => {
    const session = await givenSession(alice, { authTime: 1 })
    for (const language of ['en', 'de']) {
      const visitor = speaking(language)
      const user = speaking(language)
      user.cookies.set(session.name, session.value)
      for (const [browser, paths] of [
        [visitor, ['/', '/login', '/sign-up', '/login/link', '/login/link?sent=1', '/nowhere']],
        [
          user,
          ['/', '/account', '/account/email', '/account/confirm?next=email', '/account/passkeys', '/logout'],
        ],
      ] as const) {
        for (const path of paths) {
          const { text } = await browser.visit(path)
          expect({ path, said: spokenOf(text) }).toEqual({ path, said: undefined })
          expect({ path, asks: text.includes('type="password"') }).toEqual({ path, asks: false })
        }
      }
    }
  })

  it('no page of the panel speaks of them, in any language', async () => {
    const staff = await givenUser('staff', { isStaff: true })
    await all(`UPDATE users SET second_factor_at = 1 WHERE id = '${alice}'`)
    for (const language of ['en', 'de']) {
      for (const authTime of [1, Math.floor(Date.now() / 1000)]) {
        const browser = speaking(language)
        const session = await givenSession(staff, { authTime })
        browser.cookies.set(session.name, session.value)
        const paths = [
          '/admin',
          '/admin/users',
          '/admin/users/new',
          `/admin/users/show?id=${alice}`,
          `/admin/users/show?id=${staff}`,
          `/admin/users/edit?id=${alice}`,
          '/admin/audit-events',
          '/admin/sessions',
        ]
        for (const path of paths) {
          const { status, text } = await browser.visit(path)
          expect({ path, status, said: spokenOf(text) }).toEqual({ path, status: 200, said: undefined })
        }
        for (const action of ['start-recovery', 'remove-second-factor', 'sign-out', 'disable', 'delete']) {
          const page = await browser.visit(`/admin/users/show?id=${alice}`)
          const fields = { ...hiddenFields(page.text, '/admin/users/act'), id: alice, action }
          const asked = await browser.post('/admin/users/act', fields)
          expect({ action, said: spokenOf(await asked.text()) }).toEqual({ action, said: undefined })
        }
      }
    }
  })

  it('the first run asks for none, and leads to a passkey', async () => {
    await all('DELETE FROM sessions')
    await all('DELETE FROM users')
    const SETUP_TOKEN = 'bq8-the-token-that-the-deploy-printed-Zx1'
    const browser = openBrowser({ ...NONE, SETUP_TOKEN })
    const page = await browser.visit('/setup')
    expect([page.text.includes('name="setup_token"'), spokenOf(page.text)]).toEqual([true, undefined])
    const done = await browser.submit(page, '/setup', [
      ['setup_token', SETUP_TOKEN],
      ['username', 'mia'],
      ['kind', 'none'],
    ])
    expect([done.status, spokenOf(done.text)]).toEqual([200, undefined])
    expect(done.text).toContain('href="/account/passkeys"')
    expect(await all('SELECT password_hash, is_staff FROM users')).toEqual([
      { password_hash: '!', is_staff: 1 },
    ])
    await addPasskey(browser, authenticator)
    expect((await passkeySignIn(authenticator, {}, '/login', NONE)).visit.text).toContain('Signed in as mia')
  })

  it('staff create a user without one, who gets in by a link and adds a passkey', async () => {
    const { browser } = await givenStaffIn()
    const form = await browser.visit('/admin/users/new')
    const made = await browser.submit(form, '/admin/users/new', [['username', 'carol']])
    const [, id = ''] = /id=([\w-]{22})/.exec(made.path) ?? []
    const back = await actOn(browser, 'users', [id], 'start-recovery')
    expect(back.text).toContain('carol can sign in with this link.')
    const [, path = ''] = /https:\/\/id\.example(\/login\/password\?token=ml_[\w-]+)/.exec(back.text) ?? []
    const carol = openBrowser(NONE)
    const page = await carol.visit(path)
    expect(page.text).toContain('Sign in to the account carol with this browser.')
    expect(spokenOf(page.text)).toBeUndefined()
    // Looking at it signs nobody in, and it works once.
    expect((await openBrowser(NONE).visit(path)).status).toBe(200)
    const inside = await carol.submit(page, '/login/password', [])
    expect(inside.path).toBe('/account/passkeys')
    expect((await openBrowser(NONE).visit(path)).status).toBe(400)
    await addPasskey(carol, authenticator)
    expect((await passkeySignIn(authenticator, {}, '/login', NONE)).visit.text).toContain(
      'Signed in as carol',
    )
  })

  threat(176, 'of the link of staff fifty times at once one signs in', async () => {
    const { browser } = await givenStaffIn()
    const back = await actOn(browser, 'users', [alice], 'start-recovery')
    const [, path = ''] = /https:\/\/id\.example(\/login\/password\?token=ml_[\w-]+)/.exec(back.text) ?? []
    const person = openBrowser(NONE)
    const fields = hiddenFields((await person.visit(path)).text, '/login/password')
    const cookies = [...person.cookies]
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const own = openBrowser(NONE)
        for (const [name, value] of cookies) own.cookies.set(name, value)
        return own.post('/login/password', fields)
      }),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    const sessions = `SELECT count(*) AS n FROM sessions WHERE user_id = '${alice}' AND revoked_at IS NULL`
    expect(await all(sessions)).toEqual([{ n: 1 }])
  })

  threat(147, 'the link of staff does not stand for a second factor', async () => {
    const { browser } = await givenStaffIn()
    const back = await actOn(browser, 'users', [alice], 'start-recovery')
    const [, path = ''] = /https:\/\/id\.example(\/login\/password\?token=ml_[\w-]+)/.exec(back.text) ?? []
    const person = openBrowser({ ...NONE, OAUTH_SECOND_FACTOR: 'everybody' })
    const inside = await person.submit(await person.visit(path), '/login/password', [])
    expect(inside.path).toMatch(/^\/login\/second-factor/)
  })

  it('a program that creates a user with one is told', async () => {
    const staff = await givenUser('staff', { isStaff: true })
    await all(`INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)`)
    const headers = {
      Authorization: `Bearer ${await givenAdminToken(staff)}`,
      'Content-Type': 'application/json',
    }
    const body = JSON.stringify({ username: 'carol', password: PASSWORD })
    const response = await send('/admin/api/users', { method: 'POST', headers, body }, NONE)
    expect([response.status, (await response.text()).includes('Passwords are turned off here')]).toEqual([
      400,
      true,
    ])
    expect(await all(`SELECT 1 FROM users WHERE username = 'carol'`)).toEqual([])
    const reset = `/admin/api/users/${alice}/reset-password`
    const refused = await send(
      reset,
      { method: 'POST', headers, body: JSON.stringify({ password: PASSWORD }) },
      NONE,
    )
    expect(refused.status).toBe(404)
  })

  it('people sign up with an address, and sign in by mail', async () => {
    const browser = openBrowser(NONE)
    const page = await browser.visit('/sign-up')
    const without = await browser.submit(page, '/sign-up', [['username', 'carol']])
    expect([without.status, without.text.includes('Enter an email address')]).toEqual([400, true])
    const made = await browser.submit(page, '/sign-up', [
      ['username', 'carol'],
      ['email', 'carol@example.org'],
    ])
    expect(made.text).toContain('We have sent a code to carol@example.org.')
    expect(await all(`SELECT password_hash FROM users WHERE username = 'carol'`)).toEqual([
      { password_hash: '!' },
    ])
    const later = openBrowser(NONE)
    const asked = await later.submit(await later.visit('/login/link'), '/login/link', [
      ['identifier', 'carol'],
    ])
    const done = await later.submit(asked, '/login/link', [
      ['code', codeIn(await mailTo('carol@example.org'))],
    ])
    expect(done.text).toContain('Signed in as carol')
  })

  threat(147, 'no form and no grant takes one that somebody still has', async () => {
    const browser = openBrowser(NONE)
    await browser.visit('/login')
    await expectPage(await browser.post('/login', { username: 'alice', password: PASSWORD }), 404, NOT_THERE)
    const form = { client_id: 'web', client_secret: 'the-secret-of-a-client', grant_type: 'password' }
    const answer = await answerOf(
      await post('/oauth2/token', { ...form, username: 'alice', password: PASSWORD }, {}, NONE),
    )
    expect([answer.status, answer.error]).toEqual([400, 'unsupported_grant_type'])
    for (const path of ['/login/recover', '/.well-known/change-password'])
      expect([path, (await browser.get(path)).status]).toEqual([path, 404])
    // Another one, so that the page has a form.
    await givenSession(alice)
    const user = await signedIn(alice, NONE)
    const fields = {
      current_password: PASSWORD,
      new_password: 'other long words',
      repeated_password: 'other long words',
    }
    expect((await act(user, 'change-password', fields)).status).toBe(400)
    const { grant_types_supported: grants } = await (
      await send('/.well-known/oauth-authorization-server', {}, NONE)
    ).json<{ grant_types_supported: string[] }>()
    expect(grants).not.toContain('password')
  })
})
