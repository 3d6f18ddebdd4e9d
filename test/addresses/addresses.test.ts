import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import type { Browser, Visit } from '../support/browser.ts'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, PASSWORD } from '../support/fixture.ts'
import {
  authorizationUrl,
  authorize,
  codeIn as codeOf,
  expectPage,
  FORGED,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { send, type Vars } from '../support/http.ts'
import { codeIn, linkIn, mailTo, OUTBOX, readMails, tokenIn } from '../support/mail.ts'
import { must, threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { countTrips } from '../support/trips.ts'

const HERE = '/account/email'
let alice = ''
let browser: Browser

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await env.DB.prepare(`UPDATE users SET email = 'alice@example.org' WHERE id = ?`).bind(alice).run()
  browser = await signedIn(alice, OUTBOX)
})

type Fields = Readonly<Record<string, string>>

/** Sends one of the forms of a page, and follows. */
async function sendForm(own: Browser, page: Visit, fields: Fields): Promise<Visit> {
  const { anti_forgery = '', request } = hiddenFields(page.text, HERE)
  const sent = { anti_forgery, ...(request !== undefined && { request }), ...fields }
  const response = await own.post(HERE, sent)
  const location = response.headers.get('Location')
  if (location !== null) return own.visit(location)
  return { response, status: response.status, path: HERE, text: await response.text(), left: null }
}

/** The same with the page itself. */
async function act(fields: Fields, own: Browser = browser): Promise<Visit> {
  return sendForm(own, await own.visit(HERE), fields)
}

async function address(userId = alice): Promise<unknown> {
  return env.DB.prepare(
    `SELECT email, email_key, email_verified_at IS NOT NULL AS verified FROM users WHERE id = ?`,
  )
    .bind(userId)
    .first()
}

const PROVED = { email: 'alice@example.org', email_key: 'alice@example.org', verified: 1 }
const NOT_PROVED = { email: 'alice@example.org', email_key: null, verified: 0 }

/** A code that is not the one of a mail. */
const otherThan = (code: string): string => (code === '000000' ? '000001' : '000000')

describe('an address', () => {
  it('is proved by the code of a mail', async () => {
    expect((await browser.visit('/account')).text).toContain('Manage your email address')
    expect((await browser.visit(HERE)).text).toContain('Not verified')
    const sent = await act({ intent: 'send' })
    expect(sent.text).toContain('We have sent a code to alice@example.org.')
    const mail = await mailTo('alice@example.org')
    expect(codeIn(mail)).toMatch(/^\d{6}$/)
    expect(mail.subject).toBe(`${codeIn(mail)} is your code for Accounts`)
    const done = await act({ intent: 'code', code: ` ${codeIn(mail).slice(0, 3)} ${codeIn(mail).slice(3)} ` })
    expect(done.path).toBe(HERE)
    expect(done.text).toContain('alice@example.org is the verified address of your account.')
    expect(await address()).toEqual(PROVED)
    expect(await all(`SELECT type, actor FROM audit_events WHERE type = 'email_verified'`)).toEqual([
      { type: 'email_verified', actor: alice },
    ])
    expect((await browser.visit(HERE)).text).toContain('>Verified<')
  })

  it('is proved by the link of the mail, in the language of the page', async () => {
    await browser.visit(HERE)
    await act({ intent: 'send' })
    const link = linkIn(await mailTo('alice@example.org'))
    const page = await browser.visit(link)
    expect(page.text).toContain('Use alice@example.org as the email address of your account alice?')
    const done = await browser.submit(page, HERE, [])
    expect(done.text).toContain('is the verified address')
    expect(await address()).toEqual(PROVED)
    const again = await browser.visit(link)
    expect([again.status, again.text.includes('It has already been used')]).toEqual([400, true])
  })

  must(
    'OpenID Connect Core',
    '5.1',
    'email_verified is true once the person has proved the address',
    async () => {
      const { access_token } = await redeem(codeOf(await authorize(browser, { scope: 'openid email' })))
      const headers = { Authorization: `Bearer ${access_token}` }
      const claims = async (): Promise<unknown> => (await send('/oauth2/userinfo', { headers })).json()
      expect(await claims()).toMatchObject({ email: 'alice@example.org', email_verified: false })
      await act({ intent: 'send' })
      await act({ intent: 'code', code: codeIn(await mailTo('alice@example.org')) })
      expect(await claims()).toMatchObject({ email: 'alice@example.org', email_verified: true })
    },
  )

  it('is another one once that is proved, which the former one is told', async () => {
    await act({ intent: 'send', email: 'new@example.org' })
    expect(await address()).toEqual(NOT_PROVED)
    expect((await readMails()).map(({ to }) => to)).toEqual(['new@example.org'])
    await act({ intent: 'code', code: codeIn(await mailTo('new@example.org')) })
    expect(await address()).toEqual({ email: 'new@example.org', email_key: 'new@example.org', verified: 1 })
    const told = await mailTo('alice@example.org')
    expect(told.subject).toBe('Your email address for Accounts was changed')
    expect(told.text).toContain('is now new@example.org')
    expect(told.text).toContain('If this was not you')
  })

  it('changes only after the question who is there, where the sign-in is old', async () => {
    await env.DB.prepare(`UPDATE sessions SET auth_time = auth_time - 1000`).run()
    expect((await browser.visit(HERE)).text).toContain('href="/account/confirm?next=email"')
    const asked = await act({ intent: 'send', email: 'new@example.org' })
    expect(asked.path).toBe('/account/confirm?next=email')
    expect(await readMails()).toEqual([])
    // To prove the address that the account has takes no password.
    expect((await act({ intent: 'send', email: 'alice@example.org' })).path).toBe(HERE)
    const confirmed = await browser.submit(asked, '/account/confirm?next=email', [['password', PASSWORD]])
    expect(confirmed.path).toBe(HERE)
    const sent = await act({ intent: 'send', email: 'new@example.org' })
    expect(sent.text).toContain('We have sent a code to new@example.org.')
  })

  it('that cannot be one gets no mail', async () => {
    for (const email of ['nobody', 'a@b, c@d', 'alice@example.org\r\nBcc: eve@evil.example']) {
      const refused = await act({ intent: 'send', email })
      expect([email, refused.status, refused.text.includes('Enter an email address')]).toEqual([
        email,
        400,
        true,
      ])
    }
    expect(await readMails()).toEqual([])
  })

  it('can be added to an account that has none', async () => {
    await env.DB.prepare('UPDATE users SET email = NULL').run()
    expect((await browser.visit(HERE)).text).toContain('Add an address')
    await act({ intent: 'send', email: 'alice@example.org' })
    await act({ intent: 'code', code: codeIn(await mailTo('alice@example.org')) })
    expect(await address()).toEqual(PROVED)
    expect(await readMails()).toHaveLength(1)
  })

  it('is not asked about without mail, by a setting, or for those who are not signed in', async () => {
    for (const vars of [{}, { ...OUTBOX, OAUTH_VERIFY_EMAIL: 'false' }] as readonly Vars[]) {
      const own = await signedIn(alice, vars)
      expect((await own.visit('/account')).text).not.toContain(HERE)
      await expectPage(await own.get(HERE), 404, 'There is no page at this address.')
      await expectPage(await own.post(HERE, { intent: 'send' }), 404, 'There is no page at this address.')
    }
    expect((await openBrowser(OUTBOX).get(HERE)).headers.get('Location')).toBe('/login')
  })

  it('needs the anti-forgery field, and something to do', async () => {
    await expectPage(await browser.post(HERE, { intent: 'send' }), 403, FORGED)
    expect((await act({ intent: 'nothing' })).status).toBe(400)
    expect(await readMails()).toEqual([])
  })

  it('costs one trip to look at, and two for each form', async () => {
    const trips = countTrips()
    const own = await signedIn(alice, { ...OUTBOX, ...trips.vars })
    const page = await own.visit(HERE)
    expect(trips.d1).toBe(1)
    const before = trips.d1
    const { anti_forgery = '' } = hiddenFields(page.text, HERE)
    await own.post(HERE, { anti_forgery, intent: 'send' })
    expect(trips.d1 - before).toBe(2)
    await own.post(HERE, { anti_forgery, intent: 'code', code: codeIn(await mailTo('alice@example.org')) })
    expect(trips.d1 - before).toBe(4)
  })
})

describe('at sign-up', () => {
  const OPEN = { ...OUTBOX, OAUTH_ALLOW_SIGNUP: 'true' }
  const CAROL: Fields = {
    username: 'carol',
    email: 'carol@example.org',
    password: 'many unrelated words',
    repeated_password: 'many unrelated words',
  }

  it('a code is asked for, and then the request that waits goes on', async () => {
    const own = openBrowser(OPEN)
    const login = await own.visit(authorizationUrl())
    const [, path = ''] = /href="(\/sign-up\?request=[\w-]{22})"/.exec(login.text) ?? []
    const page = await own.submit(await own.visit(path), '/sign-up', Object.entries(CAROL))
    expect(page.text).toContain('We have sent a code to carol@example.org.')
    expect(page.text).toMatch(/href="\/oauth2\/authorize\/confirm\?request=[\w-]{22}">Later</)
    const code = codeIn(await mailTo('carol@example.org'))
    const consent = await sendForm(own, page, { intent: 'code', code })
    expect(consent.text).toContain('Authorize Application web')
    expect(
      await all(`SELECT email_verified_at IS NOT NULL AS verified FROM users WHERE username = 'carol'`),
    ).toEqual([{ verified: 1 }])
  })

  it('nothing is asked where there is no address, or no mail', async () => {
    for (const [vars, fields] of [
      [OPEN, { ...CAROL, email: '' }],
      [{ OAUTH_ALLOW_SIGNUP: 'true' }, { ...CAROL, username: 'dave' }],
    ] as const) {
      const own = openBrowser(vars)
      const page = await own.submit(await own.visit('/sign-up'), '/sign-up', Object.entries(fields))
      expect(page.path).toBe('/account')
    }
    expect(await readMails()).toEqual([])
  })
})

describe('the mail of an address', () => {
  threat(171, 'a program that looks at its link, however often, spends nothing', async () => {
    await act({ intent: 'send' })
    const link = linkIn(await mailTo('alice@example.org'))
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS']) {
      await send(link, { method }, OUTBOX)
      // Nor where the browser's own session looks ahead.
      await browser.get(link)
    }
    expect(await address()).toEqual(NOT_PROVED)
    const done = await browser.submit(await browser.visit(link), HERE, [])
    expect(done.text).toContain('is the verified address')
  })

  threat(173, 'a code is tried five times, and no more in parallel', async () => {
    const page = await act({ intent: 'send' })
    const code = codeIn(await mailTo('alice@example.org'))
    const guesses = Array.from({ length: 12 }, () =>
      sendForm(browser, page, { intent: 'code', code: otherThan(code) }),
    )
    for (const { status } of await Promise.all(guesses)) expect(status).toBe(400)
    const late = await act({ intent: 'code', code })
    expect([late.status, late.text.includes('This is not the code.')]).toEqual([400, true])
    expect(await address()).toEqual(NOT_PROVED)
    expect(await all('SELECT tries, spent_at FROM mail_links')).toEqual([{ tries: 5, spent_at: null }])
  })

  threat(173, 'the right code among the first five of many at once counts', async () => {
    const page = await act({ intent: 'send' })
    const code = codeIn(await mailTo('alice@example.org'))
    const typed = [otherThan(code), otherThan(code), code, code, otherThan(code), otherThan(code)]
    await Promise.all(typed.map((each) => sendForm(browser, page, { intent: 'code', code: each })))
    expect(await address()).toEqual(PROVED)
    expect(await all(`SELECT count(*) AS n FROM audit_events WHERE type = 'email_verified'`)).toEqual([
      { n: 1 },
    ])
  })

  threat(173, 'a code works for ten minutes', async () => {
    await act({ intent: 'send' })
    const code = codeIn(await mailTo('alice@example.org'))
    expect(await all('SELECT expires_at - created_at AS life FROM mail_links')).toEqual([{ life: 600 }])
    await env.DB.prepare('UPDATE mail_links SET expires_at = expires_at - 600').run()
    const late = await act({ intent: 'code', code })
    expect([late.status, late.text.includes('That code has expired.')]).toEqual([400, true])
    expect(await address()).toEqual(NOT_PROVED)
  })

  threat(174, 'nobody proves an address for the account of another, by the link or by the code', async () => {
    const bob = await signedIn(await idOf('bob'), OUTBOX)
    // Bob writes alice's address into his account, and alice follows the link of the mail that she gets.
    await act({ intent: 'send', email: 'victim@example.org' }, bob)
    const mail = await mailTo('victim@example.org')
    for (const own of [browser, openBrowser(OUTBOX)]) {
      const page = await own.visit(linkIn(mail))
      expect([page.status, page.text.includes('This link does not work')]).toEqual([400, true])
    }
    const form = await browser.visit(HERE)
    const forged = await sendForm(browser, form, { intent: 'link', token: tokenIn(linkIn(mail)) })
    expect(forged.status).toBe(400)
    expect(await all(`SELECT username FROM users WHERE email_verified_at IS NOT NULL`)).toEqual([])
  })

  threat(174, 'of two accounts that prove one address at once, one gets it', async () => {
    const bob = await signedIn(await idOf('bob'), OUTBOX)
    const pages: (readonly [Browser, Visit, string])[] = []
    for (const own of [browser, bob]) {
      const page = await act({ intent: 'send', email: 'shared@example.org' }, own)
      pages.push([own, page, codeIn(await mailTo('shared@example.org'))])
    }
    const visits = await Promise.all(
      pages.map(([own, page, code]) => sendForm(own, page, { intent: 'code', code })),
    )
    expect(visits.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400])
    expect(visits.find(({ status }) => status === 400)?.text).toContain(
      'Another account already has this address.',
    )
    const owners = await all(`SELECT username, email FROM users WHERE email_key = 'shared@example.org'`)
    expect(owners).toHaveLength(1)
    expect(await all(`SELECT count(*) AS n FROM mail_links WHERE spent_at IS NOT NULL`)).toEqual([{ n: 1 }])
  })

  threat(
    174,
    'of two accounts that open their links to one address fifty times at once, one gets it',
    async () => {
      const bob = await signedIn(await idOf('bob'), OUTBOX)
      const pages: (readonly [Browser, Visit, string])[] = []
      for (const own of [browser, bob]) {
        await act({ intent: 'send', email: 'shared@example.org' }, own)
        const link = linkIn(await mailTo('shared@example.org'))
        pages.push([own, await own.visit(link), tokenIn(link)])
      }
      const visits = await Promise.all(
        Array.from({ length: 25 }, () => pages)
          .flat()
          .map(async ([own, page, token]) => {
            const fields = { ...hiddenFields(page.text, HERE), intent: 'link', token }
            return (await own.post(HERE, fields)).status
          }),
      )
      expect(visits.filter((status) => status === 303)).toHaveLength(1)
      const owners = await all(`SELECT username FROM users WHERE email = 'shared@example.org'`)
      expect(owners).toHaveLength(1)
      expect(await all(`SELECT count(*) AS n FROM mail_links WHERE spent_at IS NOT NULL`)).toEqual([{ n: 1 }])
      expect(await all(`SELECT count(*) AS n FROM audit_events WHERE type = 'email_verified'`)).toEqual([
        { n: 1 },
      ])
    },
  )

  threat(175, 'one address gets ten mails a day, whoever asks', async () => {
    const statuses: number[] = []
    for (let asked = 0; asked < 12; asked++) {
      const own = asked % 2 ? browser : await signedIn(await idOf('bob'), OUTBOX)
      statuses.push((await act({ intent: 'send', email: 'spammed@example.org' }, own)).status)
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.slice(-2)).toEqual([429, 429])
    expect(await readMails()).toHaveLength(10)
  })

  threat(133, 'its link leads to the issuer, whatever host was asked', async () => {
    const { name, value } = await givenSession(alice)
    const evil = 'https://id.example.evil.example'
    const get = await send(`${evil}${HERE}`, { headers: { Cookie: `${name}=${value}` } }, OUTBOX)
    const [, token = ''] = /name="anti_forgery" value="([^"]*)"/.exec(await get.text()) ?? []
    await send(
      `${evil}${HERE}`,
      {
        method: 'POST',
        body: new URLSearchParams({ anti_forgery: token, intent: 'send' }).toString(),
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Cookie: `${name}=${value}`,
          Host: 'evil.example',
          'X-Forwarded-Host': 'evil.example',
        },
      },
      OUTBOX,
    )
    for (const { html, text } of await readMails()) expect(`${html}${text}`).not.toContain('evil')
  })

  threat(152, 'the storage holds neither its link nor its code', async () => {
    await act({ intent: 'send' })
    const mail = await mailTo('alice@example.org')
    const held = JSON.stringify(await all('SELECT * FROM mail_links'))
    for (const secret of [codeIn(mail), tokenIn(linkIn(mail))]) expect(held).not.toContain(secret)
  })

  it('is removed with its user, and once it has expired', async () => {
    await act({ intent: 'send' })
    await act({ intent: 'send' }, await signedIn(await idOf('bob'), OUTBOX))
    await act({ intent: 'send', email: 'bob@example.org' }, await signedIn(await idOf('bob'), OUTBOX))
    const store = createAdminStore(env.DB)
    const mark = { id: 'a request', now: 1, network: null, actor: 'cli' }
    expect(await store.deleteUser('alice', mark)).toBe(true)
    expect(await all('SELECT email FROM mail_links')).toEqual([{ email: 'bob@example.org' }])
    const links = createMailLinkStore(env.DB)
    await links.removeMailLinks(100, Math.floor(Date.now() / 1000))
    expect(await all('SELECT count(*) AS n FROM mail_links')).toEqual([{ n: 1 }])
    await links.removeMailLinks(100, Math.floor(Date.now() / 1000) + 600)
    expect(await all('SELECT count(*) AS n FROM mail_links')).toEqual([{ n: 0 }])
  })

  it('still works after a rotation of the key', async () => {
    await act({ intent: 'send' })
    const mail = await mailTo('alice@example.org')
    const rotated = { ...OUTBOX, SECRET_KEY: `a-new-key-of-the-tests-Zq81-Lw07-mN3x ${env.SECRET_KEY}` }
    const own = openBrowser(rotated)
    for (const [name, value] of browser.cookies) own.cookies.set(name, value)
    await act({ intent: 'code', code: codeIn(mail) }, own)
    expect(await address()).toEqual(PROVED)
  })
})

async function idOf(username: string): Promise<string> {
  return String((await all(`SELECT id FROM users WHERE username = '${username}'`))[0]?.['id'])
}
