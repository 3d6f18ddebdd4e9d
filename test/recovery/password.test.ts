import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import { openMailLink } from '../../src/tokens/opaque.ts'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, givenUser, PASSWORD } from '../support/fixture.ts'
import { authorizationUrl, expectPage, FORGED, signedIn } from '../support/flow.ts'
import { introspect, send, tokensOf } from '../support/http.ts'
import { keysOfTests, linkIn, mailTo, OUTBOX, readMails, tokenIn } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all, sentTwice } from '../support/operator.ts'
import { askForReset, choose, giveAddress, NEW, NEW_PASSWORD, RECOVER } from './support.ts'

const REST = { deleteExpired: false, keeps: [], secondFactor: undefined, throttleKeys: ['none'] }

let alice = ''
let browser: Browser

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await giveAddress(alice, 'alice@example.org')
  browser = openBrowser(OUTBOX)
})

async function signsIn(password: string): Promise<boolean> {
  return (await tokensOf({ password })).status === 200
}

async function link(): Promise<string> {
  await askForReset('alice')
  return linkIn(await mailTo('alice@example.org'))
}

describe('a forgotten password', () => {
  it('is replaced by a link, asked for by name or address, which then signs in', async () => {
    const login = await browser.visit('/login')
    expect(login.text).toContain('href="/login/recover">Forgot your password?')
    for (const identifier of ['Alice', 'ALICE@example.org']) {
      const asked = await askForReset(identifier)
      expect(asked.text).toContain('If there is such an account')
      const mail = await mailTo('alice@example.org')
      expect(mail.subject).toBe('A new password for Accounts')
      expect(mail.html).toContain('>Choose a new password</a>')
    }
    const path = linkIn(await mailTo('alice@example.org'))
    expect((await browser.visit(path)).text).toContain('For the account alice.')
    const done = await choose(browser, path)
    expect([done.path, done.text.includes('Your password is changed. Sign in with it.')]).toEqual([
      '/login',
      true,
    ])
    expect(await signsIn(NEW)).toBe(true)
    expect(await signsIn(PASSWORD)).toBe(false)
    expect((await mailTo('alice@example.org')).subject).toBe('Your password for Accounts was changed')
    const events = await all(`SELECT actor FROM audit_events WHERE type = 'password_changed'`)
    expect(events).toEqual([{ actor: alice }])
  })

  it('keeps the request that waits', async () => {
    const login = await browser.visit(authorizationUrl())
    const [, path = ''] = /href="(\/login\/recover\?request=[\w-]{22})"/.exec(login.text) ?? []
    const asked = await browser.submit(await browser.visit(path), RECOVER, [['identifier', 'alice']])
    expect(asked.text).toMatch(/href="\/login\?request=[\w-]{22}"/)
    await choose(browser, linkIn(await mailTo('alice@example.org')))
    const waiting = await browser.visit('/login')
    expect(waiting.text).toContain('to continue to Application web')
  })

  it('is asked about in the language of the person, or else in that of the page', async () => {
    const german = openBrowser(OUTBOX, [], async (path, init = {}, vars = {}) => {
      const headers = new Headers(init.headers)
      headers.set('Accept-Language', 'de')
      return send(path, { ...init, headers }, vars)
    })
    await german.submit(await german.visit(RECOVER), RECOVER, [['identifier', 'alice']])
    expect((await mailTo('alice@example.org')).subject).toBe('Ein neues Passwort für Accounts')
    await env.DB.prepare(`UPDATE users SET profile = '{"locale":"en-GB"}'`).run()
    await german.submit(await german.visit(RECOVER), RECOVER, [['identifier', 'alice']])
    expect((await mailTo('alice@example.org')).subject).toBe('A new password for Accounts')
    await env.DB.prepare(`UPDATE users SET profile = '{"locale":"de-AT"}'`).run()
    await askForReset('alice')
    expect((await mailTo('alice@example.org')).subject).toBe('Ein neues Passwort für Accounts')
  })

  it('is held to the rule of all passwords', async () => {
    const path = await link()
    for (const [password, said] of [
      ['short', 'Use at least 8 characters.'],
      ['alice in chains', 'must not be part of your password'],
      ['password1', 'easy to guess'],
    ] as const) {
      const page = await choose(browser, path, password)
      expect([password, page.status, page.text.includes(said)]).toEqual([password, 400, true])
    }
    const page = await browser.visit(path)
    const fields = [
      ['new_password', NEW],
      ['repeated_password', 'another'],
    ] as const
    expect((await browser.submit(page, NEW_PASSWORD, fields)).text).toContain('The two passwords differ.')
    // What was refused spent nothing.
    expect((await choose(browser, path)).path).toBe('/login')
  })

  it('clears the count of wrong ones, as every new password does', async () => {
    for (let tried = 0; tried < 11; tried++) await tokensOf({ password: 'wrong' })
    expect((await tokensOf()).status).toBe(429)
    await choose(browser, await link())
    expect(await signsIn(NEW)).toBe(true)
  })

  it('proves no address, and leaves no passkey to whoever made the account under one that was never proved', async () => {
    await all(`INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, name, synced, backed_up, created_at, op)
      VALUES ('planted', '${alice}', '{}', 0, '', 'Planted', 0, 0, 0, '')`)
    await choose(browser, await link())
    expect(await all('SELECT * FROM passkeys')).toEqual([])
    expect(
      await all(`SELECT email_verified_at IS NOT NULL AS verified FROM users WHERE id = '${alice}'`),
    ).toEqual([{ verified: 0 }])
  })

  it('leaves the passkeys that a user whose address is proved has ticked', async () => {
    await all(`UPDATE users SET email_verified_at = 1 WHERE id = '${alice}'`)
    await all(`INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, name, synced, backed_up, created_at, op)
      VALUES ('own', '${alice}', '{}', 0, '', 'Own', 0, 0, 0, '')`)
    const page = await browser.visit(await link())
    expect(page.text).toContain('Passkey: Own')
    const fields = { ...hiddenFields(page.text, NEW_PASSWORD), new_password: NEW, repeated_password: NEW }
    expect((await browser.post(NEW_PASSWORD, { ...fields, keep: 'own' })).status).toBe(303)
    expect(await all('SELECT credential_id FROM passkeys')).toEqual([{ credential_id: 'own' }])
  })

  it('is not there without mail, by a setting, or for users of somebody else', async () => {
    for (const [vars, hasPage] of [
      [{}, true],
      [{ ...OUTBOX, OAUTH_RECOVERY: 'false' }, false],
    ] as const) {
      const own = openBrowser(vars)
      expect((await own.visit('/login')).text).not.toContain('Forgot')
      await expectPage(await own.get(RECOVER), 404, 'There is no page at this address.')
      await expectPage(await own.post(RECOVER, {}), 404, 'There is no page at this address.')
      // Staff may give somebody a link without any mail.
      expect((await own.get(NEW_PASSWORD)).status).toBe(hasPage ? 400 : 404)
      // A form that is not of ours is refused, where there is a page at all.
      expect((await own.post(NEW_PASSWORD, {})).status).toBe(hasPage ? 403 : 404)
    }
  })

  it('needs the anti-forgery field', async () => {
    await expectPage(await browser.post(RECOVER, { identifier: 'alice' }), 403, FORGED)
    await expectPage(await browser.post(NEW_PASSWORD, { token: 'x' }), 403, FORGED)
    expect(await readMails()).toEqual([])
  })
})

describe('a link for a new password', () => {
  threat(143, 'ends every session, grant and consent, and other links of the account', async () => {
    const { access_token, refresh_token = '' } = await tokensOf()
    const other = await signedIn(alice, OUTBOX)
    const first = await link()
    const second = await link()
    expect((await choose(browser, second)).path).toBe('/login')
    expect((await other.get('/account')).headers.get('Location')).toBe('/login')
    expect(await introspect(access_token)).toMatchObject({ active: false })
    expect(await introspect(refresh_token, 'web')).toMatchObject({ active: false })
    expect((await browser.visit(first)).status).toBe(400)
    expect(await all('SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL')).toEqual([{ n: 0 }])
  })

  threat(
    176,
    'sent fifty times at once it changes the password once, and what the others chose is none',
    async () => {
      const path = await link()
      const first = openBrowser(OUTBOX)
      const fields = hiddenFields((await first.visit(path)).text, NEW_PASSWORD)
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, at) => {
          const own = openBrowser(OUTBOX)
          for (const [name, value] of first.cookies) own.cookies.set(name, value)
          const chosen = `${NEW} ${at}`
          const { headers } = await own.post(NEW_PASSWORD, {
            ...fields,
            new_password: chosen,
            repeated_password: chosen,
          })
          return headers.get('Location') === '/login' ? [chosen] : []
        }),
      )
      const [won = '', ...others] = answers.flat()
      expect(others).toEqual([])
      expect(await tokensOf({ password: won })).toMatchObject({ status: 200 })
      expect(await all(`SELECT count(*) AS n FROM audit_events WHERE type = 'password_changed'`)).toEqual([
        { n: 1 },
      ])
    },
    // Fifty passwords are hashed.
    120_000,
  )

  threat(176, 'of fifty at once one wins, and what the others chose is no password', async () => {
    const id = (await openMailLink(tokenIn(await link()), await keysOfTests())) ?? ''
    const store = createMailLinkStore(env.DB)
    const now = Math.floor(Date.now() / 1000)
    const hashes = Array.from({ length: 50 }, (_, at) => `hash ${at}`)
    const outcomes = await Promise.all(
      hashes.map(async (newHash, at) =>
        store.resetPassword(
          { ...REST, id, userId: alice, newHash, deleteExpired: at % 2 === 0 },
          { id: `request ${at}`, now, network: null },
        ),
      ),
    )
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    const held = await all(`SELECT password_hash FROM users WHERE id = '${alice}'`)
    expect(held).toEqual([{ password_hash: hashes[outcomes.indexOf(true)] }])
    expect(await all(`SELECT count(*) AS n FROM audit_events WHERE type = 'password_changed'`)).toEqual([
      { n: 1 },
    ])
  })

  threat(176, 'of several pages that are sent at once one changes the password', async () => {
    const path = await link()
    const fields = hiddenFields((await browser.visit(path)).text, NEW_PASSWORD)
    const chosen = [
      'first of the unrelated words',
      'second of the unrelated words',
      'third of the unrelated words',
    ]
    const answers = await Promise.all(
      chosen.map(async (password) =>
        browser.post(NEW_PASSWORD, { ...fields, new_password: password, repeated_password: password }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 400, 400])
    const works = await Promise.all(chosen.map(signsIn))
    expect(works).toEqual(answers.map(({ status }) => status === 303))
    expect((await readMails()).filter(({ subject }) => subject.includes('was changed'))).toHaveLength(1)
  })

  it('sent again, as its reply was lost, changes it once', async () => {
    const id = (await openMailLink(tokenIn(await link()), await keysOfTests())) ?? ''
    const request = { id: 'a request', now: Math.floor(Date.now() / 1000), network: null }
    const reset = { ...REST, id, userId: alice, newHash: 'a hash' }
    expect(await createMailLinkStore(sentTwice(env.DB)).resetPassword(reset, request)).toBe(true)
    expect(await createMailLinkStore(env.DB).resetPassword(reset, { ...request, id: 'another' })).toBe(false)
    expect(await all(`SELECT count(*) AS n FROM audit_events WHERE type = 'password_changed'`)).toEqual([
      { n: 1 },
    ])
  })

  threat(176, 'works once, for half an hour, while account, password and address are the same', async () => {
    for (const change of [
      'UPDATE mail_links SET expires_at = expires_at - 1800',
      'UPDATE users SET is_active = 0',
      'UPDATE users SET password_changed_at = password_changed_at + 4000000000',
      `UPDATE users SET email = 'new@example.org'`,
      'UPDATE users SET email = NULL',
      'DELETE FROM mail_links',
    ]) {
      await env.DB.prepare(
        `UPDATE users SET is_active = 1, password_changed_at = 0, email = 'alice@example.org' WHERE id = ?`,
      )
        .bind(alice)
        .run()
      await env.DB.prepare('DELETE FROM throttle').run()
      const path = await link()
      const page = await browser.visit(path)
      expect([change, page.status]).toEqual([change, 200])
      await env.DB.prepare(change).run()
      expect([change, (await browser.visit(path)).status]).toEqual([change, 400])
      const fields = { ...hiddenFields(page.text, NEW_PASSWORD), new_password: NEW, repeated_password: NEW }
      expect([change, (await browser.post(NEW_PASSWORD, fields)).status]).toEqual([change, 400])
    }
    expect(await all('SELECT count(*) AS n FROM mail_links')).toEqual([{ n: 0 }])
  })

  threat(176, 'that was changed, or is of another kind, does nothing', async () => {
    const path = await link()
    const token = tokenIn(path)
    for (const forged of ['', 'x', `${token}x`, token.slice(0, -1), token.replace('ml_', 'se_'), 'ml_']) {
      const page = await browser.visit(`${NEW_PASSWORD}?token=${forged}`)
      expect([forged, page.status, page.text.includes('This link does not work')]).toEqual([
        forged,
        400,
        true,
      ])
    }
    await env.DB.prepare(`UPDATE mail_links SET kind = 'verify'`).run()
    expect((await browser.visit(path)).status).toBe(400)
  })

  threat(171, 'a program that looks at it, however often, spends nothing', async () => {
    const path = await link()
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'GET']) await send(path, { method }, OUTBOX)
    expect(await signsIn(PASSWORD)).toBe(true)
    expect((await choose(browser, path)).path).toBe('/login')
  })

  threat(136, 'signs nobody in, and takes a session that was planted', async () => {
    const planted = await givenSession(alice)
    browser.cookies.set(planted.name, planted.value)
    const done = await choose(browser, await link())
    expect(done.path).toBe('/login')
    expect(browser.cookies.has(planted.name)).toBe(false)
    browser.cookies.set(planted.name, planted.value)
    expect((await browser.get('/account')).headers.get('Location')).toBe('/login')
  })

  threat(133, 'leads to the issuer, whatever host was asked', async () => {
    for (const headers of [
      { Host: 'evil.example' },
      { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
    ]) {
      const page = await send(RECOVER, { headers }, OUTBOX)
      const cookie = page.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; ')
      const fields = { ...hiddenFields(await page.text(), RECOVER), identifier: 'alice' }
      const type = { 'Content-Type': 'application/x-www-form-urlencoded', Cookie: cookie }
      const init = {
        method: 'POST',
        headers: { ...headers, ...type },
        body: new URLSearchParams(fields).toString(),
      }
      expect((await send(RECOVER, init, OUTBOX)).status).toBe(303)
    }
    const mails = await readMails()
    expect(mails).toHaveLength(2)
    for (const { html, text } of mails) expect(`${text}${html}`).not.toContain('evil')
  })

  threat(155, 'its page sends no referrer, is framed by nobody and kept by nobody', async () => {
    const { headers } = await browser.get(await link())
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('X-Frame-Options')).toBe('DENY')
    expect(headers.get('Cache-Control')).toBe('no-store')
  })
})

describe('a name that looks like the address of another', () => {
  threat(177, 'gets no mail in the place of its owner', async () => {
    await givenUser('alice@example.org', { email: 'eve@evil.example' })
    await askForReset('alice@example.org')
    expect((await readMails()).map(({ to }) => to)).toEqual(['alice@example.org'])
    expect(await all(`SELECT u.username FROM mail_links l JOIN users u ON u.id = l.user_id`)).toEqual([
      { username: 'alice' },
    ])
  })
})
