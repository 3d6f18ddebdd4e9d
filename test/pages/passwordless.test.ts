import { beforeEach, describe, expect, it } from 'vitest'
import { type Authenticator, newAuthenticator } from '../support/authenticator.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, PASSWORD } from '../support/fixture.ts'
import { act, expectPage, FORGED, signedIn } from '../support/flow.ts'
import { tokensOf, type Vars } from '../support/http.ts'
import { codeIn, linkIn, mailTo, OUTBOX, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { addPasskey, PARTY, passkeySignIn, rowsOf } from '../support/passkeys.ts'
import { countTrips } from '../support/trips.ts'

const HERE = '/account/without-password'
const PASSKEYS = '/account/passkeys'
const LINKS = { ...OUTBOX, OAUTH_SIGN_IN_LINKS: 'true' }
const OPTIONAL = { ...LINKS, OAUTH_ALLOW_SIGNUP: 'true', OAUTH_PASSWORD_OPTIONAL: 'true' }
const ALICE = 'alice@example.org'
let alice = ''
let authenticator: Authenticator

beforeEach(async () => {
  ;({ alice } = await givenCast())
  authenticator = await newAuthenticator(PARTY)
})

async function verify(): Promise<void> {
  await all(
    `UPDATE users SET email = '${ALICE}', email_key = '${ALICE}', email_verified_at = 1 WHERE id = '${alice}'`,
  )
}

/** The id of the one passkey that there is. */
async function onlyPasskey(): Promise<string> {
  const [passkey] = await rowsOf<{ id: string }>('SELECT credential_id AS id FROM passkeys')
  return passkey?.id ?? ''
}

async function hasPassword(): Promise<boolean> {
  const [user] = await rowsOf<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = ?', alice)
  return user?.hash !== '!'
}

/** Alice, with a passkey. */
async function withPasskey(vars: Vars = OUTBOX): Promise<Browser> {
  const browser = await signedIn(alice, vars)
  await addPasskey(browser, authenticator)
  return browser
}

async function remove(browser: Browser): Promise<Response> {
  const { text } = await browser.visit(PASSKEYS)
  const { anti_forgery = '' } = hiddenFields(text, PASSKEYS)
  return browser.post(HERE, { anti_forgery })
}

describe('a password', () => {
  it('is taken away from who has a passkey, who is told, and signs in by that alone', async () => {
    await verify()
    const browser = await withPasskey()
    expect((await browser.visit('/account')).text).toContain(`href="${HERE}"`)
    const done = await browser.submit(await browser.visit(HERE), HERE, [])
    expect(done.text).toContain('Your password is removed.')
    expect(done.text).toContain('Your account has no password.')
    expect(await hasPassword()).toBe(false)
    expect((await readMails())[0]?.subject).toBe('Password removed from your account at Accounts')
    expect(await all(`SELECT actor FROM audit_events WHERE type = 'password_removed'`)).toEqual([
      { actor: alice },
    ])
    expect((await browser.visit('/account')).text).not.toContain('Current password')
    expect((await tokensOf({ password: PASSWORD })).error).toBe('invalid_grant')
    expect((await passkeySignIn(authenticator)).visit.text).toContain('Signed in as alice')
  })

  it('is taken away from who has a verified address, where mail signs in', async () => {
    await verify()
    const browser = await signedIn(alice, LINKS)
    const done = await browser.submit(await browser.visit(HERE), HERE, [])
    expect(done.text).toContain('Your password is removed.')
    expect(await hasPassword()).toBe(false)
  })

  it.each([
    ['has nothing else', OUTBOX, false],
    ['has a verified address where no mail signs in', OUTBOX, true],
    ['has an address that is not verified', LINKS, false],
  ])('stays with who %s', async (_what, vars, verified) => {
    await all(`UPDATE users SET email = '${ALICE}', email_key = '${ALICE}' WHERE id = '${alice}'`)
    if (verified) await verify()
    const browser = await signedIn(alice, vars)
    const page = await browser.visit(HERE)
    expect(page.text).toContain('Your password is your only way to sign in so far.')
    expect(page.text).toContain(`href="${PASSKEYS}"`)
    expect((await remove(browser)).status).toBe(303)
    expect((await browser.visit(HERE)).text).toContain('Add another one first.')
    expect(await hasPassword()).toBe(true)
  })

  it('comes back by a link', async () => {
    await verify()
    const browser = await withPasskey()
    await remove(browser)
    expect((await browser.visit(HERE)).text).toContain('href="/login/recover"')
    const other = openBrowser(OUTBOX)
    await other.submit(await other.visit('/login/recover'), '/login/recover', [['identifier', 'alice']])
    const path = linkIn(await mailTo(ALICE))
    await other.submit(await other.visit(path), '/login/password', [
      ['new_password', 'many other unrelated words'],
      ['repeated_password', 'many other unrelated words'],
    ])
    expect(await tokensOf({ password: 'many other unrelated words' })).toMatchObject({ status: 200 })
  })

  threat(164, 'is not taken away by an old sign-in, another site or nobody', async () => {
    await withPasskey()
    const session = await givenSession(alice, { authTime: 1 })
    const old = openBrowser(OUTBOX)
    old.cookies.set(session.name, session.value)
    expect((await old.visit(HERE)).text).toContain('/account/confirm?next=without-password')
    expect((await remove(old)).headers.get('Location')).toBe('/account/confirm?next=without-password')
    await expectPage(await (await signedIn(alice, OUTBOX)).post(HERE, {}), 403, FORGED)
    expect((await openBrowser(OUTBOX).get(HERE)).headers.get('Location')).toBe('/login')
    expect(await hasPassword()).toBe(true)
  })

  threat(164, 'and the last passkey, given up at once, leave one way to sign in', async () => {
    for (let round = 0; round < 10; round++) {
      const browser = await withPasskey()
      const id = await onlyPasskey()
      const { anti_forgery = '' } = hiddenFields((await browser.visit(PASSKEYS)).text, PASSKEYS)
      const removals = [
        async () => browser.post(HERE, { anti_forgery }),
        async () => browser.post(PASSKEYS, { anti_forgery, intent: 'remove', passkey: id }),
      ]
      await Promise.all((round % 2 ? removals : removals.toReversed()).map(async (run) => run()))
      const passkeys = await rowsOf('SELECT 1 FROM passkeys WHERE user_id = ?', alice)
      expect([await hasPassword(), passkeys.length].filter(Boolean)).toHaveLength(1)
      await all('DELETE FROM passkeys')
      await all(
        `UPDATE users SET password_hash = (SELECT u.password_hash FROM users u WHERE u.username = 'bob') WHERE id = '${alice}'`,
      )
      authenticator = await newAuthenticator(PARTY)
    }
  })

  it('is not spoken of on a page of its own where nobody has one, or nothing else signs in', async () => {
    for (const vars of [{ OAUTH_PASSWORDS: 'false' }, { OAUTH_PASSKEYS: 'false' }]) {
      const browser = await signedIn(alice, vars)
      expect((await browser.visit('/account')).text).not.toContain(HERE)
      expect((await browser.get(HERE)).status).toBe(404)
    }
  })

  it('costs one trip to be asked about and two to be taken away', async () => {
    const { cookies } = await withPasskey()
    const trips = countTrips()
    const browser = openBrowser(trips.vars)
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    const page = await browser.visit(HERE)
    expect(trips.d1).toBe(1)
    const { anti_forgery = '' } = hiddenFields(page.text, HERE)
    await browser.post(HERE, { anti_forgery })
    expect(trips.d1).toBe(3)
  })
})

describe('who has no password', () => {
  threat(164, 'keeps the last passkey, unless mail signs in', async () => {
    await verify()
    for (const [vars, left] of [
      [OUTBOX, 1],
      [LINKS, 0],
    ] as const) {
      await all(`DELETE FROM passkeys`)
      authenticator = await newAuthenticator(PARTY)
      await all(`UPDATE users SET password_hash = '!' WHERE id = '${alice}'`)
      const browser = await withPasskey(vars)
      const id = await onlyPasskey()
      const { anti_forgery = '' } = hiddenFields((await browser.visit(PASSKEYS)).text, PASSKEYS)
      await browser.post(PASSKEYS, { anti_forgery, intent: 'remove', passkey: id })
      expect([vars === LINKS, (await rowsOf('SELECT 1 FROM passkeys')).length]).toEqual([
        vars === LINKS,
        left,
      ])
    }
  })

  threat(
    164,
    'keeps the last passkey where passwords are turned off, though the hash of one is still kept',
    async () => {
      const vars = { OAUTH_PASSWORDS: 'false' }
      const browser = await withPasskey(vars)
      const id = await onlyPasskey()
      const { anti_forgery = '' } = hiddenFields((await browser.visit(PASSKEYS)).text, PASSKEYS)
      await browser.post(PASSKEYS, { anti_forgery, intent: 'remove', passkey: id })
      expect(await rowsOf('SELECT 1 FROM passkeys')).toHaveLength(1)
    },
  )

  it('is asked for what is there instead: a passkey, or mail', async () => {
    const confirm = async (vars: Vars): Promise<string> => {
      const session = await givenSession(alice, { authTime: 1 })
      const browser = openBrowser(vars)
      browser.cookies.set(session.name, session.value)
      return (await browser.visit('/account/confirm?next=email')).text
    }
    await all(`UPDATE users SET email = '${ALICE}' WHERE id = '${alice}'`)
    // A password, and nothing else.
    const first = await confirm(LINKS)
    expect([
      first.includes('type="password"'),
      first.includes('data-passkey'),
      first.includes('/login/link'),
    ]).toEqual([true, false, false])
    await all(`UPDATE users SET password_hash = '!' WHERE id = '${alice}'`)
    const second = await confirm(LINKS)
    expect([
      second.includes('type="password"'),
      second.includes('data-passkey'),
      second.includes('/login/link'),
    ]).toEqual([false, false, true])
    await withPasskey()
    const third = await confirm(OUTBOX)
    expect([
      third.includes('type="password"'),
      third.includes('data-passkey'),
      third.includes('/login/link'),
    ]).toEqual([false, true, false])
    await all('DELETE FROM passkeys')
    // Where no mail signs in it brings a password, and where there is no mail staff help.
    expect(await confirm(OUTBOX)).toContain('/login/recover')
    expect(await confirm({})).toContain('the people who run this service can let you back in')
  })

  it('cannot confirm by a password that is sent all the same', async () => {
    await withPasskey()
    await all(`UPDATE users SET password_hash = '!' WHERE id = '${alice}'`)
    const session = await givenSession(alice, { authTime: 1 })
    const browser = openBrowser(OUTBOX)
    browser.cookies.set(session.name, session.value)
    const page = await browser.visit('/account/confirm')
    const again = await browser.submit(page, '/account/confirm', [['password', '!']])
    expect(again.status).toBe(400)
  })
})

describe('a sign-up without a password', () => {
  const open = async (browser: Browser): Promise<string> => {
    const [, path = ''] =
      /href="(\/sign-up\?without=password[^"]*)"/.exec((await browser.visit('/sign-up')).text) ?? []
    return path
  }

  it('asks for an address, and signs in by mail', async () => {
    const browser = openBrowser(OPTIONAL)
    const page = await browser.visit(await open(browser))
    expect(page.text).not.toContain('type="password"')
    expect(page.text).toContain('Create the account with a password')
    const wrong = await browser.submit(page, '/sign-up', [['username', 'carol']])
    expect([
      wrong.status,
      wrong.text.includes('Enter an email address'),
      wrong.text.includes('type="password"'),
    ]).toEqual([400, true, false])
    const done = await browser.submit(page, '/sign-up', [
      ['username', 'carol'],
      ['email', 'carol@example.org'],
    ])
    expect(done.text).toContain('We have sent a code to carol@example.org.')
    const [carol] =
      await all(`SELECT u.password_hash AS hash, s.amr AS amr FROM users u JOIN sessions s ON s.user_id = u.id
      WHERE u.username = 'carol'`)
    expect(carol).toEqual({ hash: '!', amr: 'user' })
    const later = openBrowser(OPTIONAL)
    const asked = await later.submit(await later.visit('/login/link'), '/login/link', [
      ['identifier', 'carol'],
    ])
    const code = codeIn(await mailTo('carol@example.org'))
    expect((await later.submit(asked, '/login/link', [['code', code]])).text).toContain('Signed in as carol')
  })

  it('leads to a passkey where no mail signs in', async () => {
    const vars = { OAUTH_ALLOW_SIGNUP: 'true', OAUTH_PASSWORD_OPTIONAL: 'true' }
    const browser = openBrowser(vars)
    const done = await browser.submit(await browser.visit(await open(browser)), '/sign-up', [
      ['username', 'carol'],
      ['email', 'carol@example.org'],
    ])
    expect(done.path).toBe('/account/passkeys/offer')
    await addPasskey(browser, authenticator)
    expect((await passkeySignIn(authenticator)).visit.text).toContain('Signed in as carol')
  })

  it('is on offer under its setting alone, and where there is another way to sign in', async () => {
    for (const vars of [
      { OAUTH_ALLOW_SIGNUP: 'true' },
      { OAUTH_ALLOW_SIGNUP: 'true', OAUTH_PASSWORD_OPTIONAL: 'true', OAUTH_PASSKEYS: 'false' },
    ]) {
      const browser = openBrowser(vars)
      expect(await open(browser)).toBe('')
      const page = await browser.visit('/sign-up?without=password')
      expect(page.text).toContain('type="password"')
      const made = await browser.submit(page, '/sign-up', [
        ['username', 'carol'],
        ['email', 'carol@example.org'],
        ['without', 'password'],
      ])
      expect(made.status).toBe(400)
      expect(await all(`SELECT 1 FROM users WHERE username = 'carol'`)).toEqual([])
    }
  })

  it('needs an invitation all the same, where one is needed', async () => {
    const vars = { ...OPTIONAL, OAUTH_SIGNUP_INVITED: 'true' }
    const browser = openBrowser(vars)
    expect((await browser.visit('/sign-up?without=password')).text).toContain('By invitation only')
  })
})

describe('the form for a new password', () => {
  it('does nothing for who has none', async () => {
    await withPasskey()
    await all(`UPDATE users SET password_hash = '!' WHERE id = '${alice}'`)
    await givenSession(alice)
    const browser = await signedIn(alice, OUTBOX)
    const fields = {
      current_password: '!',
      new_password: 'other long words',
      repeated_password: 'other long words',
    }
    expect((await act(browser, 'change-password', fields)).status).toBe(400)
    expect(await hasPassword()).toBe(false)
  })
})
