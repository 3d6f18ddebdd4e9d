import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import { createPasskeyStore } from '../../src/store/d1/passkeys.ts'
import { actOn, givenStaff } from '../admin/support.ts'
import { type Browser, hiddenFields, nextOf, openBrowser, type Visit } from '../support/browser.ts'
import { givenCast, givenSession, givenUser } from '../support/fixture.ts'
import { expectPage, FORGED, like, signedIn } from '../support/flow.ts'
import { ORIGIN, send } from '../support/http.ts'
import { mailTo, OUTBOX } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { givenPasskey, sendForm } from '../support/passkeys.ts'
import {
  answerPath,
  givenIssuer,
  givenProvider,
  goTo,
  type Issuer,
  signInWith,
  store,
  vouch,
} from '../support/sign-in-providers.ts'
import { givenAdminToken } from '../support/tokens.ts'
import { countTrips } from '../support/trips.ts'

const PAGE = '/account/connections'
const WAYS = { mail: false, password: true, passkeys: true, links: true }

let issuer: Issuer
let alice = ''
let bob = ''
beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  issuer = await givenIssuer()
  await givenProvider(issuer.issuer)
})

/** Begins to connect an account, and says where the browser is sent. */
async function begin(browser: Browser): Promise<URL> {
  const { text } = await browser.visit(PAGE)
  const { anti_forgery = '' } = hiddenFields(text, PAGE)
  const answer = await browser.post(PAGE, { anti_forgery, intent: 'connect', provider: 'acme' })
  return new URL(nextOf(answer) ?? '', ORIGIN)
}

/** Connects an account of the issuer. */
async function connect(browser: Browser, claims: Readonly<Record<string, unknown>> = {}): Promise<Visit> {
  const url = await begin(browser)
  await vouch(issuer, url, claims)
  return browser.visit(answerPath(issuer, url))
}

async function disconnect(browser: Browser, subject = 'sub-of-ann'): Promise<Visit> {
  const page = await browser.visit(PAGE)
  const { anti_forgery = '' } = hiddenFields(page.text, PAGE)
  const fields = { anti_forgery, intent: 'disconnect', provider: 'acme', subject }
  return sendForm(browser, { ...page, text: '' }, PAGE, fields)
}

async function links(): Promise<readonly unknown[]> {
  return all('SELECT user_id, subject FROM linked_accounts ORDER BY subject')
}

describe('an account elsewhere', () => {
  it('is connected on the account page, and signs in from then on', async () => {
    const browser = await signedIn(alice)
    expect((await browser.visit('/account')).text).toContain('Manage your connected accounts')
    const visit = await connect(browser)
    expect([visit.path, visit.text.includes('Your account at Acme is connected: ann@acme.example.')]).toEqual(
      [PAGE, true],
    )
    expect((await signInWith(issuer)).visit.text).toContain('Signed in as alice')
  })

  it('is no concern of an account page where no provider is on offer', async () => {
    await env.DB.prepare('UPDATE sign_in_providers SET is_enabled = 0').run()
    const browser = await signedIn(alice)
    expect((await browser.visit('/account')).text).not.toContain('connected accounts')
    const off = await signedIn(alice, { OAUTH_SIGN_IN_PROVIDERS: 'false' })
    expect((await off.visit(PAGE)).status).toBe(404)
  })

  it('is disconnected, and signs nobody in any more', async () => {
    const browser = await signedIn(alice)
    await connect(browser)
    expect((await disconnect(browser)).text).toContain('The account is disconnected.')
    expect((await signInWith(issuer)).visit.status).toBe(400)
    const types = await all(`SELECT type FROM audit_events WHERE user_id IS NOT NULL ORDER BY type`)
    expect(types).toEqual([{ type: 'account_linked' }, { type: 'account_unlinked' }])
  })

  it('is told of by mail', async () => {
    await env.DB.prepare(`UPDATE users SET email = 'alice@example.org', email_verified_at = 1 WHERE id = ?`)
      .bind(alice)
      .run()
    await connect(await signedIn(alice, OUTBOX))
    const mail = await mailTo('alice@example.org')
    expect(mail.subject).toBe('New way to sign in to your account at Accounts')
  })

  it('is in the file of everything that is kept of its user, and goes with the user', async () => {
    const browser = await signedIn(alice)
    await connect(browser)
    const page = await browser.visit('/account/data')
    const { anti_forgery = '' } = hiddenFields(page.text, '/account/data')
    const file = await browser.post('/account/data', { anti_forgery, intent: 'download' })
    expect(await file.json()).toMatchObject({
      linked_accounts: [{ provider: 'acme', subject: 'sub-of-ann', label: 'ann@acme.example' }],
    })
    const { browser: staff } = await givenStaff()
    await actOn(staff, 'users', [alice], 'delete')
    expect(await all(`SELECT 1 FROM users WHERE id = '${alice}'`)).toEqual([])
    expect(await links()).toEqual([])
  })

  it('is connected and disconnected only by who was authenticated just now', async () => {
    const old = Math.floor(Date.now() / 1000) - 3600
    const browser = openBrowser()
    const { name, value } = await givenSession(alice, { authTime: old })
    browser.cookies.set(name, value)
    const page = await browser.visit(PAGE)
    expect(page.text).toContain('/account/confirm?next=connections')
    expect(page.text).not.toContain('Connect Acme')
    const { anti_forgery = '' } = hiddenFields((await browser.visit('/account')).text, '/account')
    for (const intent of ['connect', 'disconnect']) {
      const answer = await browser.post(PAGE, { anti_forgery, intent, provider: 'acme' })
      expect(answer.headers.get('Location')).toBe('/account/confirm?next=connections')
    }
  })

  it('is one of twenty at most', async () => {
    const browser = await signedIn(alice)
    for (let at = 0; at < 20; at++) {
      await env.DB.prepare(
        `INSERT INTO linked_accounts (provider_id, issuer, subject, user_id, label, linked_at, op) VALUES ('acme', ?, ?, ?, 'x', 0, '')`,
      )
        .bind(issuer.issuer, `sub-${at}`, alice)
        .run()
    }
    const page = await browser.visit(PAGE)
    expect(page.text).toContain('You have connected 20 accounts')
    const url = await begin(browser)
    await vouch(issuer, url)
    const refused = await browser.visit(answerPath(issuer, url))
    expect(refused.text).toContain('was not connected')
    expect(await links()).toHaveLength(20)
  })

  it('costs one trip to see, and two to connect or disconnect, beside the list that an isolate keeps', async () => {
    const browser = await signedIn(alice)
    const url = await begin(browser)
    await vouch(issuer, url)
    for (const [path, d1] of [
      [PAGE, 1],
      [answerPath(issuer, url), 3],
    ] as const) {
      const trips = countTrips()
      const counted = openBrowser(trips.vars)
      for (const [name, value] of browser.cookies) counted.cookies.set(name, value)
      await counted.get(path)
      expect({ d1: trips.d1, kv: trips.kv }).toEqual({ d1, kv: 0 })
    }
  })
})

describe('linking', () => {
  threat(193, 'gives an account elsewhere to one user alone', async () => {
    await connect(await signedIn(alice))
    const visit = await connect(await signedIn(bob))
    expect(visit.text).toContain('This account at Acme is connected to another account here.')
    expect(await links()).toEqual([{ user_id: alice, subject: 'sub-of-ann' }])
    expect((await connect(await signedIn(alice))).text).toContain('is already connected')
  })

  threat(193, 'of one account elsewhere by two users at once has one winner', async () => {
    const provider = { id: 'acme', issuer: issuer.issuer, domains: '' }
    const identity = { provider, subject: 'sub-of-ann', label: 'x', countedAsFresh: false }
    const sessions = await Promise.all([alice, bob].map((user) => givenSession(user)))
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const state = { jtiHash: `state ${at}`, expiresAt: 9e9 }
        const request = { id: `request ${at}`, now: 1, network: null }
        await store.spendState(state, request)
        const to = { sessionId: sessions[at % 2]!.id, userId: [alice, bob][at % 2]!, most: 20 }
        return store.link({ ...identity, state }, to, request)
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'linked')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(10)
    expect(outcomes.filter((outcome) => outcome === 'had')).toHaveLength(9)
    expect(await links()).toHaveLength(1)
    expect(await all(`SELECT 1 FROM audit_events WHERE type = 'account_linked'`)).toHaveLength(1)
  })

  threat(193, 'in two tabs of one browser has one winner, and both end well', async () => {
    const browser = await signedIn(alice)
    const first = await begin(browser)
    const second = await begin(browser)
    expect(first.searchParams.get('state')).not.toBe(second.searchParams.get('state'))
    await vouch(issuer, first)
    expect((await browser.visit(answerPath(issuer, first))).text).toContain('is connected: ')
    await vouch(issuer, second)
    expect((await browser.visit(answerPath(issuer, second))).text).toContain('is already connected')
    expect(await links()).toHaveLength(1)
    expect(await all(`SELECT 1 FROM audit_events WHERE type = 'account_linked'`)).toHaveLength(1)
  })

  threat(193, 'of one answer that comes many times at once happens once', async () => {
    const browser = await signedIn(alice)
    const url = await begin(browser)
    await vouch(issuer, url)
    const cookies = new Map(browser.cookies)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const again = openBrowser()
        for (const [name, value] of cookies) again.cookies.set(name, value)
        return again.get(answerPath(issuer, url))
      }),
    )
    expect(await links()).toHaveLength(1)
  })

  threat(193, 'is not finished in the session of another user, or after signing out', async () => {
    const browser = await signedIn(alice)
    const url = await begin(browser)
    await vouch(issuer, url)
    const other = await givenSession(bob)
    browser.cookies.set(other.name, other.value)
    const visit = await browser.visit(answerPath(issuer, url))
    expect(visit.text).toContain('began in another browser')
    browser.cookies.delete(other.name)
    const again = await signedIn(alice)
    const out = await begin(again)
    await vouch(issuer, out)
    again.cookies.delete(other.name)
    expect((await again.visit(answerPath(issuer, out))).path).toBe('/login')
    expect(await links()).toEqual([])
  })

  threat(193, 'is not finished by a session that was ended on the way', async () => {
    const browser = await signedIn(alice)
    const url = await begin(browser)
    await vouch(issuer, url)
    await env.DB.prepare('UPDATE sessions SET revoked_at = 1').run()
    await browser.visit(answerPath(issuer, url))
    expect(await links()).toEqual([])
  })

  threat(
    193,
    'is not begun by a page of another site, nor by a sign-in whose answer is brought here',
    async () => {
      const browser = await signedIn(alice)
      await browser.visit(PAGE)
      const forged = { anti_forgery: 'AAAA', intent: 'connect', provider: 'acme' }
      await expectPage(await browser.post(PAGE, forged), 403, FORGED)
      // Somebody lets the browser of alice finish a sign-in of their own.
      const evil = await goTo()
      await vouch(issuer, evil.url)
      expect((await browser.visit(answerPath(issuer, evil.url))).status).toBe(400)
      expect(await links()).toEqual([])
    },
  )
})

describe('the last way to sign in', () => {
  async function givenLinked(fields: Parameters<typeof givenUser>[1] = {}): Promise<string> {
    const id = await givenUser('carol', { passwordHash: '!', ...fields })
    await connect(await signedIn(id))
    return id
  }

  threat(195, 'stays where it is a connected account', async () => {
    const carol = await givenLinked()
    const visit = await disconnect(await signedIn(carol))
    expect(visit.text).toContain('This is your last way to sign in.')
    expect(await links()).toHaveLength(1)
  })

  threat(195, 'stays where passwords are off and there is one', async () => {
    const carol = await givenLinked({ passwordHash: '$scrypt$' })
    const vars = { OAUTH_PASSWORDS: 'false' }
    expect((await disconnect(await signedIn(carol, vars))).text).toContain(
      'This is your last way to sign in.',
    )
    expect((await disconnect(await signedIn(carol))).text).toContain('The account is disconnected.')
  })

  threat(195, 'is not an account of a provider that is off', async () => {
    const carol = await givenLinked()
    await givenProvider(issuer.issuer, { id: 'off', name: 'Off' })
    const provider = { id: 'off', issuer: issuer.issuer, domains: '' }
    const other = { provider, subject: 's', label: 's', countedAsFresh: false }
    const state = { jtiHash: 'x', expiresAt: 9e9 }
    const { id: sessionId } = await givenSession(carol)
    const request = { id: 'r', now: 1, network: null }
    await store.spendState(state, request)
    const to = { sessionId, userId: carol, most: 20 }
    expect(await store.link({ ...other, state }, to, request)).toBe('linked')
    await env.DB.prepare(`UPDATE sign_in_providers SET is_enabled = 0 WHERE id = 'off'`).run()
    expect((await disconnect(await signedIn(carol))).text).toContain('This is your last way to sign in.')
  })

  threat(195, 'stays where passkeys are off and there is one', async () => {
    const carol = await givenLinked()
    await givenPasskey(carol)
    const browser = await signedIn(carol, { OAUTH_PASSKEYS: 'false' })
    expect((await disconnect(browser)).text).toContain('This is your last way to sign in.')
    expect(await links()).toHaveLength(1)
    expect((await disconnect(await signedIn(carol))).text).toContain('The account is disconnected.')
  })

  threat(195, 'stays a password where accounts elsewhere are off and one is connected', async () => {
    await connect(await signedIn(alice))
    for (const [vars, goes] of [
      [{ OAUTH_SIGN_IN_PROVIDERS: 'false' }, false],
      [{}, true],
    ] as const) {
      const browser = await signedIn(alice, vars)
      const page = await browser.visit('/account/without-password')
      expect([vars, page.text.includes('your only way to sign in so far')]).toEqual([vars, !goes])
      const { anti_forgery = '' } = hiddenFields((await browser.visit('/account')).text, '/account')
      await browser.post('/account/without-password', { anti_forgery })
      const [user] = await all(`SELECT password_hash = '!' AS gone FROM users WHERE id = '${alice}'`)
      expect([vars, user?.['gone']]).toEqual([vars, goes ? 1 : 0])
    }
  })

  threat(195, 'stays where a passkey and a connected account are removed at once', async () => {
    const carol = await givenLinked()
    const { id: credentialId } = await givenPasskey(carol)
    const passkeys = createPasskeyStore(env.DB)
    const link = { providerId: 'acme', subject: 'sub-of-ann', userId: carol }
    const outcomes = await Promise.all([
      store.unlink(link, WAYS, { id: 'one', now: 1, network: null }),
      passkeys.remove({ credentialId, userId: carol, ways: WAYS }, { id: 'two', now: 1, network: null }),
    ])
    expect(outcomes.toSorted()).toEqual(['kept', 'removed'])
  })

  threat(195, 'of another user is not to be removed', async () => {
    await connect(await signedIn(alice))
    const visit = await disconnect(await signedIn(bob))
    expect(visit.text).not.toContain('The account is disconnected.')
    expect(await links()).toHaveLength(1)
  })
})

describe('staff', () => {
  threat(
    195,
    'see the connected accounts of a user, and disconnect them with all that they brought',
    async () => {
      const own = await signedIn(alice)
      await connect(own)
      await connect(await signedIn(bob), { sub: 'sub-of-bob' })
      const staff = await givenStaff()
      const show = `/admin/users/show?id=${alice}`
      const record = await staff.browser.visit(show)
      expect(record.text).toContain('Acme: ann@acme.example')
      const asked = await staff.browser.submit(record, '/admin/users/act', [
        ['id', alice],
        ['action', 'unlink-accounts'],
      ])
      expect(asked.text).toContain('Disconnect all accounts of alice elsewhere?')
      const done = await staff.browser.submit(asked, '/admin/users/act', [])
      expect(done.text).toContain('alice no longer has connected accounts, and is signed out everywhere.')
      expect(await all('SELECT user_id FROM linked_accounts')).toEqual([{ user_id: bob }])
      expect((await signInWith(issuer)).visit.status).toBe(400)
      expect((await own.get('/account')).headers.get('Location')).toBe('/login')
      expect(await all(`SELECT actor, user_id FROM audit_events WHERE type = 'account_unlinked'`)).toEqual([
        { actor: staff.id, user_id: alice },
      ])
      expect((await staff.browser.visit(show)).text).not.toContain('Disconnect accounts')
    },
  )

  it('disconnect their own ones on the account page alone', async () => {
    await all(`INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)`)
    const staff = await givenStaff()
    await connect(staff.browser)
    const headers = { Authorization: `Bearer ${await givenAdminToken(staff.id)}` }
    const path = `/admin/api/users/${staff.id}/unlink-accounts`
    const refused = await send(path, { method: 'POST', headers })
    expect([refused.status, await refused.text()]).toEqual([
      400,
      like(/Disconnect them on your account page/),
    ])
    expect(await links()).toHaveLength(1)
  })

  threat(195, 'who set a new password leave no connected account, and say so before', async () => {
    await connect(await signedIn(alice))
    const staff = await givenStaff()
    const record = await staff.browser.visit(`/admin/users/show?id=${alice}`)
    const asked = await staff.browser.submit(record, '/admin/users/act', [
      ['id', alice],
      ['action', 'reset-password'],
    ])
    expect(asked.text).toContain('loses all connected accounts, sessions, grants and tokens')
    await staff.browser.submit(asked, '/admin/users/act', [['password', 'many other unrelated words']])
    expect(await links()).toEqual([])
    expect((await signInWith(issuer)).visit.status).toBe(400)
  })
})

describe('a new password by mail', () => {
  threat(190, 'leaves whoever made the account under that address no connected account', async () => {
    const user = await givenUser('victim', { email: 'v@example.org', emailKey: 'v@example.org' })
    await connect(await signedIn(user))
    const mails = createMailLinkStore(env.DB)
    const request = { id: 'r', now: Math.floor(Date.now() / 1000), network: null }
    await env.DB.prepare(
      `INSERT INTO mail_links (id, kind, user_id, email, created_at, expires_at) VALUES ('l', 'reset', ?, 'v@example.org', ?, ?)`,
    )
      .bind(user, request.now, request.now + 600)
      .run()
    const reset = {
      id: 'l',
      userId: user,
      newHash: 'new',
      deleteExpired: false,
      throttleKeys: ['k'],
      keeps: ['acme sub-of-ann'],
      secondFactor: undefined,
    }
    expect(await mails.resetPassword(reset, request)).toBe(true)
    expect(await links()).toEqual([])
  })
})
