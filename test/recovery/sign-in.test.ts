import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, givenUser } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn as codeOf, expectPage, FORGED, redeem } from '../support/flow.ts'
import { introspect, send, tokensOf } from '../support/http.ts'
import { codeIn, linkIn, mailTo, OUTBOX, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { countTrips } from '../support/trips.ts'
import { askToSignIn, BY_MAIL, giveAddress, LINKS, typeCode } from './support.ts'

const SESSION = '__Host-oauth_session'
const ALICE = 'alice@example.org'
let alice = ''
let browser: Browser

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await giveAddress(alice, ALICE)
  browser = openBrowser(LINKS)
})

async function sessions(): Promise<unknown> {
  return (await all('SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL'))[0]?.['n']
}

/** A passkey of the account and an account elsewhere, with one name. */
async function plantWays(name: string): Promise<void> {
  await all(`INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, name, synced, backed_up, created_at, op)
    VALUES ('${name}', '${alice}', '{}', 0, '', 'Planted', 0, 0, 0, '')`)
  await all(`INSERT INTO linked_accounts (provider_id, issuer, subject, user_id, label, linked_at, op)
    VALUES ('github', 'https://github.com', '${name}', '${alice}', 'Somebody', 0, '')`)
}

describe('a sign-in by mail', () => {
  it('takes the code of the mail, however it is typed, and goes on with the request that waits', async () => {
    const login = await browser.visit(authorizationUrl())
    const [, path = ''] = /href="(\/login\/link\?request=[\w-]{22})">Sign in by email</.exec(login.text) ?? []
    const asked = await browser.submit(await browser.visit(path), BY_MAIL, [['identifier', 'alice']])
    const mail = await mailTo(ALICE)
    expect(codeIn(mail)).toMatch(/^[B-Z]{4}-[B-Z]{4}$/)
    expect(mail.subject).toBe('Sign in to Accounts')
    const consent = await typeCode(browser, asked, ` ${codeIn(mail).toLowerCase().replace('-', ' ')}`)
    expect(consent.text).toContain('Authorize Application web')
    expect(await redeem(codeOf(await approve(browser, consent)))).toMatchObject({ status: 200 })
    expect(await all(`SELECT actor FROM audit_events WHERE type = 'signed_in'`)).toEqual([{ actor: alice }])
  })

  it('takes the link of the mail in the browser that asked for it', async () => {
    const login = await browser.visit(authorizationUrl())
    const [, path = ''] = /href="(\/login\/link\?request=[\w-]{22})"/.exec(login.text) ?? []
    await browser.submit(await browser.visit(path), BY_MAIL, [['identifier', 'alice']])
    const page = await browser.visit(linkIn(await mailTo(ALICE)))
    expect(page.text).toContain('Continue to sign in with this browser.')
    const consent = await browser.submit(page, BY_MAIL, [])
    expect(consent.text).toContain('Authorize Application web')
  })

  threat(179, 'whoever made the account under the address has no way into it any more', async () => {
    const planted = await givenSession(alice)
    const { access_token, refresh_token = '' } = await tokensOf()
    await plantWays('planted')
    await typeCode(browser, await askToSignIn(browser, ALICE), codeIn(await mailTo(ALICE)))
    expect(await all('SELECT 1 FROM passkeys UNION SELECT 1 FROM linked_accounts')).toEqual([])
    expect(
      await all(`SELECT revoked_at IS NOT NULL AS over FROM sessions WHERE id = '${planted.id}'`),
    ).toEqual([{ over: 1 }])
    expect(await introspect(access_token)).toMatchObject({ active: false })
    expect(await introspect(refresh_token, 'web')).toMatchObject({ active: false })
    expect(await tokensOf()).toMatchObject({ status: 400 })
    expect((await browser.visit('/account')).text).toContain('alice')
    expect(await sessions()).toBe(1)
    expect(await all(`SELECT actor FROM audit_events WHERE type = 'password_removed'`)).toEqual([
      { actor: alice },
    ])
  })

  it('proves the address, so that what the person adds stays', async () => {
    await typeCode(browser, await askToSignIn(browser, ALICE), codeIn(await mailTo(ALICE)))
    expect(
      await all(`SELECT email_verified_at IS NOT NULL AS verified FROM users WHERE id = '${alice}'`),
    ).toEqual([{ verified: 1 }])
    await plantWays('own')
    await typeCode(browser, await askToSignIn(browser, ALICE), codeIn(await mailTo(ALICE)))
    expect(await all('SELECT credential_id FROM passkeys')).toEqual([{ credential_id: 'own' }])
    expect(await all('SELECT subject FROM linked_accounts')).toEqual([{ subject: 'own' }])
  })

  it('proves no address that another account has proved', async () => {
    await all(`UPDATE users SET email_key = NULL WHERE id = '${alice}'`)
    await givenUser('owner', { email: ALICE, emailKey: ALICE, emailVerifiedAt: 1 })
    await typeCode(browser, await askToSignIn(browser, 'alice'), codeIn(await mailTo(ALICE)))
    expect(await sessions()).toBe(1)
    expect(await all('SELECT username FROM users WHERE email_verified_at IS NOT NULL')).toEqual([
      { username: 'owner' },
    ])
    expect(await all('SELECT username FROM users WHERE email_key IS NOT NULL')).toEqual([
      { username: 'owner' },
    ])
  })

  it('costs one trip to ask for and one to sign in', async () => {
    const trips = countTrips()
    await all(`UPDATE users SET email_verified_at = 1 WHERE id = '${alice}'`)
    browser = openBrowser({ ...LINKS, ...trips.vars })
    const asked = await askToSignIn(browser, 'alice')
    expect(trips.d1).toBe(1)
    const fields = { ...hiddenFields(asked.text, BY_MAIL), code: codeIn(await mailTo(ALICE)) }
    expect((await browser.post(BY_MAIL, fields)).headers.get('Location')).toBe('/account')
    expect(trips.d1).toBe(2)
  })

  it('is not there unless a setting turns it on', async () => {
    const own = openBrowser(OUTBOX)
    expect((await own.visit('/login')).text).not.toContain('Sign in by email')
    await expectPage(await own.get(BY_MAIL), 404, 'There is no page at this address.')
    await expectPage(await own.post(BY_MAIL, { intent: 'ask' }), 404, 'There is no page at this address.')
    const noMail = openBrowser({ OAUTH_SIGN_IN_LINKS: 'true' })
    await expectPage(await noMail.get(BY_MAIL), 404, 'There is no page at this address.')
  })

  it('needs the anti-forgery field, and something to do', async () => {
    await expectPage(await browser.post(BY_MAIL, { intent: 'ask', identifier: 'alice' }), 403, FORGED)
    const page = await browser.visit(BY_MAIL)
    const { anti_forgery = '' } = hiddenFields(page.text, BY_MAIL)
    expect((await browser.post(BY_MAIL, { anti_forgery, intent: 'nothing' })).status).toBe(400)
    expect(await readMails()).toEqual([])
  })
})

describe('the mail of a sign-in', () => {
  threat(171, 'a program that looks at its link, however often, signs nobody in', async () => {
    await askToSignIn(browser, 'alice')
    const path = linkIn(await mailTo(ALICE))
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS']) await send(path, { method }, LINKS)
    await browser.get(path)
    expect(await sessions()).toBe(0)
    expect((await browser.submit(await browser.visit(path), BY_MAIL, [])).path).toBe('/account')
  })

  threat(176, 'of its code and its link fifty times at once one wins', async () => {
    const asked = await askToSignIn(browser, 'alice')
    const mail = await mailTo(ALICE)
    const page = await browser.visit(linkIn(mail))
    const byCode = { ...hiddenFields(asked.text, BY_MAIL), code: codeIn(mail) }
    const byLink = hiddenFields(page.text, BY_MAIL)
    const jar = new Map(browser.cookies)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const own = openBrowser(LINKS)
        for (const [name, value] of jar) own.cookies.set(name, value)
        return own.post(BY_MAIL, at % 2 ? byCode : byLink)
      }),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(await sessions()).toBe(1)
    expect(await all(`SELECT count(*) AS n FROM audit_events WHERE type = 'signed_in'`)).toEqual([{ n: 1 }])
  })

  threat(173, 'its code is tried five times, and no more in parallel', async () => {
    const asked = await askToSignIn(browser, 'alice')
    const code = codeIn(await mailTo(ALICE))
    const wrong = code.startsWith('B') ? `C${code.slice(1)}` : `B${code.slice(1)}`
    const guesses = await Promise.all(Array.from({ length: 9 }, () => typeCode(browser, asked, wrong)))
    for (const { status, text } of guesses)
      expect([status, text.includes('This is not the code')]).toEqual([400, true])
    expect((await typeCode(browser, asked, code)).status).toBe(400)
    expect(await sessions()).toBe(0)
  })

  threat(
    173,
    'its code and its link work for ten minutes, while address and password are the same',
    async () => {
      for (const change of [
        'UPDATE mail_links SET expires_at = expires_at - 600',
        'UPDATE users SET is_active = 0',
        `UPDATE users SET email = 'new@example.org'`,
        'UPDATE users SET password_changed_at = password_changed_at + 4000000000',
      ]) {
        await env.DB.batch([
          env.DB.prepare(
            `UPDATE users SET is_active = 1, password_changed_at = 0, email = '${ALICE}' WHERE id = '${alice}'`,
          ),
          env.DB.prepare('DELETE FROM throttle'),
        ])
        const asked = await askToSignIn(browser, 'alice')
        const mail = await mailTo(ALICE)
        const page = await browser.visit(linkIn(mail))
        await env.DB.prepare(change).run()
        expect([change, (await typeCode(browser, asked, codeIn(mail))).status]).toEqual([change, 400])
        expect([change, (await browser.submit(page, BY_MAIL, [])).status]).toEqual([change, 400])
      }
      expect(await sessions()).toBe(0)
    },
  )

  threat(
    177,
    'its link does nothing in another browser: nobody is signed in to the account of who sent it',
    async () => {
      await askToSignIn(browser, 'alice')
      const path = linkIn(await mailTo(ALICE))
      const victim = openBrowser(LINKS)
      const page = await victim.visit(path)
      expect([page.status, page.text.includes('only in the browser in which you asked for it')]).toEqual([
        400,
        true,
      ])
      const ask = await victim.visit(BY_MAIL)
      const { anti_forgery = '' } = hiddenFields(ask.text, BY_MAIL)
      const token = new URL(path, 'https://id.example').searchParams.get('token') ?? ''
      expect((await victim.post(BY_MAIL, { anti_forgery, intent: 'link', token })).status).toBe(400)
      // Nor where the victim has asked for a mail of an own.
      await askToSignIn(victim, 'bob')
      expect((await victim.visit(path)).status).toBe(400)
      expect(victim.cookies.has(SESSION)).toBe(false)
      expect(await sessions()).toBe(0)
    },
  )

  threat(177, 'its code signs nobody in who has not asked', async () => {
    await askToSignIn(browser, 'alice')
    const code = codeIn(await mailTo(ALICE))
    const stranger = openBrowser(LINKS)
    const asked = await askToSignIn(stranger, 'nobody')
    expect((await typeCode(stranger, asked, code)).status).toBe(400)
    expect(await sessions()).toBe(0)
  })

  threat(136, 'a session that was planted does not live on beside the new one', async () => {
    const planted = await givenSession(alice)
    browser.cookies.set(planted.name, planted.value)
    const asked = await askToSignIn(browser, 'alice')
    await typeCode(browser, asked, codeIn(await mailTo(ALICE)))
    expect(browser.cookies.get(SESSION)).not.toBe(planted.value)
    expect(
      await all(`SELECT revoked_at IS NOT NULL AS over FROM sessions WHERE id = '${planted.id}'`),
    ).toEqual([{ over: 1 }])
  })

  threat(147, 'where a second factor is demanded it does not stand for one', async () => {
    browser = openBrowser({ ...LINKS, OAUTH_SECOND_FACTOR: 'everybody' })
    const asked = await askToSignIn(browser, 'alice')
    const done = await typeCode(browser, asked, codeIn(await mailTo(ALICE)))
    expect(done.path).toMatch(/^\/login\/second-factor/)
    expect((await browser.get('/account')).headers.get('Location')).toBe('/login')
  })

  threat(138, 'an address to go on to that somebody adds leads nowhere', async () => {
    await askToSignIn(browser, 'alice')
    const path = `${linkIn(await mailTo(ALICE))}&next=https://evil.example&return=//evil.example&request=https://evil.example`
    const done = await browser.submit(await browser.visit(path), BY_MAIL, [['next', 'https://evil.example']])
    expect([done.path, done.left]).toEqual(['/account', null])
  })
})
