import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { newAuthenticator } from '../support/authenticator.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn, redeem, signedIn } from '../support/flow.ts'
import { send } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { verifyIdToken } from '../support/openid.ts'
import { optionsIn } from '../support/passkey-options.ts'
import {
  addPasskey,
  atSignIn,
  givenPasskey,
  PARTY,
  passkeySignIn,
  rowsOf,
  sendForm,
} from '../support/passkeys.ts'
import { travel } from '../support/time.ts'
import { countTrips } from '../support/trips.ts'

const REFUSED = 'This passkey was not accepted.'
let alice = ''
let bob = ''
beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
})

async function sessionsOf(userId: string): Promise<number> {
  const [row] = await rowsOf<{ n: number }>('SELECT count(*) AS n FROM sessions WHERE user_id = ?', userId)
  return row?.n ?? 0
}

describe('a passkey', () => {
  it('signs its user in without a name, and says how', async () => {
    const authenticator = await givenPasskey(alice)
    const { visit } = await passkeySignIn(authenticator)
    expect([visit.status, visit.path]).toEqual([200, '/account'])
    expect(visit.text).toContain('Signed in as alice')
    expect(await rowsOf('SELECT amr FROM sessions WHERE amr IS NOT NULL')).toEqual([{ amr: 'swk user mfa' }])
    const [passkey] = await rowsOf<{ sign_count: number; last_used_at: number | null }>(
      'SELECT * FROM passkeys',
    )
    expect(passkey?.sign_count).toBe(2)
    expect(passkey?.last_used_at).toBeGreaterThan(0)
    const types = await rowsOf<{ type: string }>('SELECT type FROM audit_events ORDER BY type')
    expect(types.map(({ type }) => type)).toEqual(['passkey_added', 'signed_in'])
  })

  it('signs in on the way to an application, whose ID token says how', async () => {
    const authenticator = await givenPasskey(alice, { synced: false })
    const url = authorizationUrl({ scope: 'openid', nonce: 'n', acr_values: 'phr 1' })
    const { browser, visit } = await passkeySignIn(authenticator, {}, url)
    const { id_token } = await redeem(codeIn(await approve(browser, visit, ['openid'])))
    const { claims } = await verifyIdToken(String(id_token))
    expect(claims).toMatchObject({ acr: 'phr', amr: ['hwk', 'user', 'mfa'] })
  })

  it('signs nobody in where the setting turns passkeys off, and no page speaks of them', async () => {
    const authenticator = await givenPasskey(alice)
    const { fields } = await atSignIn(authenticator)
    const vars = { OAUTH_PASSKEYS: 'false' }
    const browser = openBrowser(vars)
    expect((await browser.visit('/login')).text).not.toMatch(/passkey|webauthn|<script/i)
    expect((await browser.post('/login/passkey', fields)).status).toBe(404)
    expect((await browser.get('/login/passkey')).status).toBe(404)
    const member = await signedIn(alice, vars)
    expect((await member.visit('/account')).text).not.toMatch(/passkey/i)
    expect((await member.visit('/account/passkeys')).status).toBe(404)
    expect((await member.visit('/account/passkeys/offer')).status).toBe(404)
  })

  it('is asked for anew by a page that was open for long', async () => {
    const authenticator = await givenPasskey(alice)
    const { browser, fields } = await atSignIn(authenticator)
    const answer = await browser.get('/login/passkey')
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    const credential = await authenticator.get(await answer.json())
    const response = await browser.post('/login/passkey', { ...fields, credential })
    expect(response.headers.get('Location')).toBe('/account')
  })

  it('costs two round trips to sign in: it reads the passkey, and commits', async () => {
    const authenticator = await givenPasskey(alice)
    const { browser, fields } = await atSignIn(authenticator)
    const trips = countTrips()
    const counted = openBrowser(trips.vars)
    for (const [name, value] of browser.cookies) counted.cookies.set(name, value)
    expect((await counted.post('/login/passkey', fields)).status).toBe(303)
    expect({ d1: trips.d1, kv: trips.kv, depth: trips.depth }).toEqual({ d1: 2, kv: 0, depth: 2 })
  })

  it('costs the sign-in page no round trip', async () => {
    const trips = countTrips()
    expect((await openBrowser(trips.vars).visit('/login')).text).toContain('data-passkey')
    expect({ d1: trips.d1, kv: trips.kv }).toEqual({ d1: 0, kv: 0 })
  })
})

describe('the script of the sign-in page', () => {
  it('may run by its hash alone, and only where it is', async () => {
    const page = await openBrowser().visit('/login')
    const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page.text) ?? []
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script)))
    const policy = page.response.headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain(`script-src 'sha256-${btoa(String.fromCharCode(...hash))}';`)
    expect(policy).toContain("connect-src 'self'")
    const member = await signedIn(alice)
    for (const path of ['/', '/account', '/logout']) {
      const other = await member.visit(path)
      expect(other.response.headers.get('Content-Security-Policy')).not.toMatch(/script-src|connect-src/)
    }
  })
})

describe('what is no sign-in', () => {
  async function expectRefused(visit: { readonly status: number; readonly text: string }): Promise<void> {
    expect(visit.status).toBe(400)
    expect(visit.text).toContain(REFUSED)
    expect(await sessionsOf(alice)).toBe(1)
  }

  for (const [what, twist] of [
    ['made at another origin', { origin: 'https://evil.example' }],
    ['made for another relying party', { rpId: 'evil.example' }],
    ['without user verification', { flags: 0x19 }],
    ['with a counter that went back', { signCount: 1 }],
    ['under the user handle of nobody', { userHandle: 'AAAA' }],
    ['of an unknown credential', { id: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ] as const) {
    threat(161, `an answer ${what} signs nobody in`, async () => {
      const authenticator = await givenPasskey(alice)
      await expectRefused((await passkeySignIn(authenticator, twist)).visit)
      expect((await passkeySignIn(authenticator, { signCount: 9 })).visit.status).toBe(200)
    })
  }

  threat(161, "another user's credential under one's own user handle signs nobody in", async () => {
    const [mine, theirs] = [await givenPasskey(alice), await givenPasskey(bob)]
    await expectRefused((await passkeySignIn(mine, { id: theirs.id })).visit)
    expect(await sessionsOf(bob)).toBe(1)
  })

  threat(
    162,
    'an answer that comes a second time signs nobody in, not even in the browser that sent it',
    async () => {
      const authenticator = await givenPasskey(alice, { counts: false })
      const { browser, fields } = await atSignIn(authenticator)
      const before = new Map(browser.cookies)
      expect((await browser.post('/login/passkey', fields)).status).toBe(303)
      const thief = openBrowser()
      for (const [name, value] of before) thief.cookies.set(name, value)
      const again = await thief.post('/login/passkey', fields)
      expect([again.status, (await again.text()).includes(REFUSED)]).toEqual([400, true])
      expect(await sessionsOf(alice)).toBe(2)
    },
  )

  threat(162, 'an answer sent 50 times at once signs in once', async () => {
    const authenticator = await givenPasskey(alice, { counts: false })
    const { browser, fields } = await atSignIn(authenticator)
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = new URLSearchParams(fields).toString()
    const headers = { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'null' }
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => send('/login/passkey', { method: 'POST', body, headers })),
    )
    expect(answers.map(({ status }) => status).filter((status) => status === 303)).toHaveLength(1)
    expect(await sessionsOf(alice)).toBe(2)
  })

  threat(163, 'a challenge of another browser, another purpose or another time signs nobody in', async () => {
    const authenticator = await givenPasskey(alice)
    const { fields } = await atSignIn(authenticator)
    const other = await atSignIn(authenticator)
    const elsewhere = await other.browser.post('/login/passkey', {
      ...other.fields,
      credential: fields['credential'] ?? '',
    })
    expect([elsewhere.status, (await elsewhere.text()).includes(REFUSED)]).toEqual([400, true])
    const member = await signedIn(alice)
    const adding = optionsIn((await member.visit('/account/passkeys')).text)
    const credential = await authenticator.get(adding)
    const wrong = await other.browser.post('/login/passkey', { ...other.fields, credential })
    expect(wrong.status).toBe(400)
    travel(301)
    expect((await other.browser.post('/login/passkey', other.fields)).status).toBe(400)
  })

  threat(161, 'a disabled user is not signed in', async () => {
    const authenticator = await givenPasskey(alice)
    const { browser, fields } = await atSignIn(authenticator)
    await env.DB.prepare('UPDATE users SET is_active = 0 WHERE id = ?').bind(alice).run()
    expect((await browser.post('/login/passkey', fields)).status).toBe(400)
  })

  threat(161, 'a malformed answer is refused without a round trip', async () => {
    const trips = countTrips()
    const browser = openBrowser(trips.vars)
    const page = await browser.visit('/login')
    for (const credential of ['', '{', '{}', '[]', 'null', JSON.stringify({ id: 'a'.repeat(2000) })]) {
      const visit = await sendForm(browser, page, '/login/passkey', { credential })
      expect([credential, visit.status]).toEqual([credential, 400])
    }
    expect(trips.d1).toBe(0)
  })

  threat(136, 'a session that somebody planted ends when the passkey signs in', async () => {
    const authenticator = await givenPasskey(alice)
    const planted = await signedIn(bob)
    const { browser, fields } = await atSignIn(authenticator)
    for (const [name, value] of planted.cookies) browser.cookies.set(name, value)
    // The form belonged to no session: it is out of date, and the planted one goes on as itself.
    expect((await browser.post('/login/passkey', fields)).headers.get('Location')).toBe('/account')
    expect((await browser.visit('/account')).text).toContain('Signed in as bob')
    expect(await sessionsOf(alice)).toBe(1)
  })
})

describe('the page of passkeys', () => {
  it('names, lists and removes them, and guards the last way to sign in', async () => {
    const browser = await signedIn(alice)
    const [first, second] = [await newAuthenticator(PARTY), await newAuthenticator(PARTY)]
    await addPasskey(browser, first)
    const page = await addPasskey(browser, second)
    expect(page.text.match(/<h2>Unknown browser<\/h2>/g)).toHaveLength(2)
    const fields = (intent: string, passkey: string): readonly (readonly [string, string])[] => [
      ['intent', intent],
      ['passkey', passkey],
    ]
    const send2 = async (intent: string, passkey: string, name?: string) => {
      const now = await browser.visit('/account/passkeys')
      const token = /name="anti_forgery" value="([^"]*)"/.exec(now.text)?.[1] ?? ''
      const given = [
        ...fields(intent, passkey),
        ['anti_forgery', token],
        ...(name === undefined ? [] : [['name', name]]),
      ]
      const response = await browser.post('/account/passkeys', given as [string, string][])
      return response.status === 303 ? (await browser.visit('/account/passkeys')).text : response.text()
    }
    expect(await send2('rename', first.id, 'Phone')).toContain('<h2>Phone</h2>')
    expect(await send2('rename', first.id, '\u202e ')).toContain('Use 1 to 60 visible characters')
    expect(await send2('remove', second.id)).toContain('The passkey is removed.')
    expect(await send2('remove', second.id)).toContain('That had already ended')
    await env.DB.prepare("UPDATE users SET password_hash = '!' WHERE id = ?").bind(alice).run()
    expect(await send2('remove', first.id)).toContain('This is your last way to sign in.')
    expect((await passkeySignIn(first)).visit.path).toBe('/account')
    await env.DB.prepare("UPDATE users SET password_hash = '$x' WHERE id = ?").bind(alice).run()
    expect(await send2('remove', first.id)).toContain('You have no passkeys yet')
    expect((await passkeySignIn(first)).visit.status).toBe(400)
  })

  threat(164, 'of two passkeys without a password, removed at once, one stays', async () => {
    await env.DB.prepare("UPDATE users SET password_hash = '!' WHERE id = ?").bind(alice).run()
    const both = [await givenPasskey(alice), await givenPasskey(alice)]
    const browser = await signedIn(alice)
    const page = await browser.visit('/account/passkeys')
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    await Promise.all(
      both.map(async ({ id }) =>
        browser.post('/account/passkeys', { anti_forgery, intent: 'remove', passkey: id }),
      ),
    )
    expect(await rowsOf('SELECT 1 FROM passkeys')).toHaveLength(1)
  })

  threat(149, "another user's passkey is neither renamed nor removed", async () => {
    const authenticator = await givenPasskey(bob)
    const browser = await signedIn(alice)
    const page = await browser.visit('/account/passkeys')
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    for (const intent of ['rename', 'remove']) {
      await browser.post('/account/passkeys', {
        anti_forgery,
        intent,
        passkey: authenticator.id,
        name: 'Mine',
      })
    }
    expect(await rowsOf('SELECT name, user_id FROM passkeys')).toEqual([
      { name: 'Unknown browser', user_id: bob },
    ])
  })

  threat(164, 'a credential that somebody has is not added to another account', async () => {
    const authenticator = await givenPasskey(bob)
    const page = await addPasskey(await signedIn(alice), authenticator)
    expect(page.text).toContain('The passkey was not added.')
    expect(await rowsOf('SELECT user_id FROM passkeys')).toEqual([{ user_id: bob }])
  })

  threat(
    164,
    'a passkey is not added, renamed or removed by a sign-in that is old, before it is confirmed',
    async () => {
      const authenticator = await givenPasskey(alice)
      const browser = await signedIn(alice)
      const { anti_forgery = '' } = {
        anti_forgery: /name="anti_forgery" value="([^"]*)"/.exec(
          (await browser.visit('/account/passkeys')).text,
        )?.[1],
      }
      await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 901').run()
      const page = await browser.visit('/account/passkeys')
      expect(page.text).not.toContain('data-passkey=')
      for (const intent of ['add', 'rename', 'remove']) {
        const answer = await browser.post('/account/passkeys', {
          anti_forgery,
          intent,
          passkey: authenticator.id,
        })
        expect(answer.headers.get('Location')).toBe('/account/confirm?next=passkeys')
      }
      const asked = await browser.visit('/account/confirm?next=passkeys')
      const wrong = await sendForm(browser, asked, '/account/confirm?next=passkeys', { password: 'wrong' })
      expect([wrong.status, wrong.text.includes('This is not your password.')]).toEqual([400, true])
      const right = await sendForm(browser, asked, '/account/confirm?next=passkeys', { password: PASSWORD })
      expect([right.path, right.text.includes('data-passkey=')]).toEqual(['/account/passkeys', true])
    },
  )

  it('is reached again by a passkey in place of the password', async () => {
    const [mine, theirs] = [await givenPasskey(alice), await givenPasskey(bob)]
    const browser = await signedIn(alice)
    await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 901').run()
    const asked = await browser.visit('/account/confirm?next=passkeys')
    const action = '/account/confirm?next=passkeys'
    const options = optionsIn(asked.text)
    const strange = await sendForm(browser, asked, action, { credential: await theirs.get(options) })
    expect([strange.status, strange.text.includes('This was not accepted.')]).toEqual([400, true])
    const credential = await mine.get(options)
    const right = await sendForm(browser, asked, action, { credential })
    expect(right.path).toBe('/account/passkeys')
    await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 901').run()
    const again = await sendForm(browser, asked, action, { credential })
    expect(again.status).toBe(400)
  })

  it('goes on to no address but one below the account page', async () => {
    const browser = await signedIn(alice)
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '..',
      '../login',
      'passkeys/../..',
      '%2e',
    ]) {
      const answer = await browser.get(`/account/confirm?next=${encodeURIComponent(next)}`)
      expect([next, answer.headers.get('Location')]).toEqual([next, '/account'])
    }
  })
})

describe('an offer of a passkey', () => {
  const OFFER = '/account/passkeys/offer'
  async function afterPassword(extra: readonly (readonly [string, string])[], vars = {}) {
    const browser = openBrowser(vars)
    const page = await browser.visit(authorizationUrl())
    const visit = await browser.submit(page, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
      ...extra,
    ])
    return { browser, visit }
  }

  it('comes once after a password, where the device can keep one, and "Not now" is an answer', async () => {
    expect((await afterPassword([])).visit.text).toContain('Authorize')
    const { browser, visit } = await afterPassword([['can_passkey', 'yes']])
    expect(visit.text).toContain('Sign in faster next time?')
    const consent = await sendForm(browser, visit, OFFER, { intent: 'decline' })
    expect(consent.text).toContain('Application web')
    expect((await afterPassword([['can_passkey', 'yes']])).visit.text).toContain('Application web')
  })

  it('is taken on the way to an application', async () => {
    const { browser, visit } = await afterPassword([['can_passkey', 'yes']])
    const authenticator = await newAuthenticator(PARTY)
    const credential = await authenticator.create(optionsIn(visit.text))
    const consent = await sendForm(browser, visit, OFFER, { intent: 'add', credential })
    expect(consent.text).toContain('Application web')
    expect((await passkeySignIn(authenticator)).visit.path).toBe('/account')
    expect((await afterPassword([['can_passkey', 'yes']])).visit.text).toContain('Application web')
  })
})

describe('related origins', () => {
  must(
    'WebAuthn Level 3',
    '5.11.1',
    'the well-known document names them, and is there where there are some',
    async () => {
      expect((await send('/.well-known/webauthn')).status).toBe(404)
      const vars = { OAUTH_PASSKEY_ORIGINS: 'https://id.example.org' }
      const answer = await send('/.well-known/webauthn', {}, vars)
      expect(answer.headers.get('Content-Type')).toMatch(/^application\/json/)
      expect(await answer.json()).toEqual({ origins: ['https://id.example', 'https://id.example.org'] })
    },
  )

  it('take the same passkey, for the same relying party', async () => {
    const vars = { OAUTH_PASSKEY_ORIGINS: 'https://id.example.org' }
    const authenticator = await givenPasskey(alice)
    const twist = { origin: 'https://id.example.org' }
    expect((await passkeySignIn(authenticator, twist)).visit.status).toBe(400)
    expect((await passkeySignIn(authenticator, twist, '/login', vars)).visit.path).toBe('/account')
  })

  it('can have a relying party above them', async () => {
    const vars = { OAUTH_PASSKEY_RP_ID: 'example' }
    const authenticator = await givenPasskey(alice, { rpId: 'example' }, vars)
    expect((await passkeySignIn(authenticator, {}, '/login', vars)).visit.path).toBe('/account')
    expect((await passkeySignIn(authenticator)).visit.status).toBe(400)
  })
})
