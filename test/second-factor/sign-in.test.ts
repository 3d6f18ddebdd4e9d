import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenSession, givenUser } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn, redeem, signedIn } from '../support/flow.ts'
import { tokensOf } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { verifyIdToken } from '../support/openid.ts'
import { givenPasskey, passkeySignIn, rowsOf } from '../support/passkeys.ts'
import {
  type App,
  afterPassword,
  ASK,
  fieldsOf,
  givenApp,
  giveCode,
  setUpApp,
} from '../support/second-factor.ts'
import { stopClock, travel } from '../support/time.ts'
import { countTrips } from '../support/trips.ts'

const WRONG = 'This code is wrong, or has already been used.'
let alice = ''
let bob = ''
let app: App
beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  stopClock()
  app = await givenApp(alice, 'alice')
})

const types = async (): Promise<readonly string[]> =>
  (await rowsOf<{ type: string }>('SELECT type FROM audit_events ORDER BY id')).map(({ type }) => type)

describe('a sign-in with a second factor', () => {
  it('asks for a code after the password, and goes on to the application', async () => {
    const url = authorizationUrl({ scope: 'openid', nonce: 'n', acr_values: '2' })
    const { browser, visit } = await afterPassword('alice', {}, url)
    expect([visit.status, visit.path]).toEqual([
      200,
      expect.stringMatching(/^\/login\/second-factor\?request=/),
    ])
    const consent = await giveCode(browser, visit, { code: app.code() })
    const { id_token } = await redeem(codeIn(await approve(browser, consent, ['openid'])))
    const { claims } = await verifyIdToken(String(id_token))
    expect(claims).toMatchObject({ acr: '2', amr: ['pwd', 'otp', 'mfa'] })
    expect(await types()).toContain('second_factor_given')
  })

  it('takes a recovery code in its place, however it is written', async () => {
    const [code = ''] = app.codes
    expect(app.codes).toHaveLength(10)
    const { browser } = await afterPassword('alice')
    const page = await browser.visit(`${ASK}?recovery=yes`)
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ')} `
    expect((await giveCode(browser, page, { code: typed })).path).toBe('/account')
    expect(await types()).toContain('recovery_code_used')
  })

  it('costs two round trips for each answer, and one to ask', async () => {
    const { browser, visit } = await afterPassword('alice')
    const trips = countTrips()
    const counted = openBrowser(trips.vars)
    for (const [name, value] of browser.cookies) counted.cookies.set(name, value)
    await counted.get(ASK)
    expect({ d1: trips.d1, kv: trips.kv }).toEqual({ d1: 1, kv: 0 })
    const answer = await counted.post(ASK, { ...fieldsOf(visit), code: app.code() })
    expect(answer.headers.get('Location')).toBe('/account')
    expect({ d1: trips.d1, kv: trips.kv }).toEqual({ d1: 3, kv: 0 })
  })

  it('is done by a passkey alone', async () => {
    const authenticator = await givenPasskey(bob)
    await givenApp(bob, 'bob')
    expect((await passkeySignIn(authenticator)).visit.path).toBe('/account')
  })

  it('is asked of nobody where the setting is off, whatever was set up', async () => {
    const vars = { OAUTH_SECOND_FACTOR: 'off' }
    const { browser, visit } = await afterPassword('alice', vars)
    expect(visit.path).toBe('/account')
    expect(visit.text).not.toContain('Two-step sign-in')
    for (const path of [ASK, '/account/second-factor', '/account/second-factor/set-up', `${ASK}/set-up`]) {
      expect([path, (await browser.get(path)).status]).toEqual([path, 404])
    }
  })
})

describe('a session without its second factor', () => {
  threat(147, 'opens no page, no application and no panel', async () => {
    await env.DB.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(alice).run()
    const { browser } = await afterPassword('alice')
    for (const path of [
      '/account',
      '/account/passkeys',
      '/account/profile',
      '/account/second-factor',
      '/admin',
      authorizationUrl(),
    ]) {
      const visit = await browser.visit(path)
      expect([path, visit.path.split('?')[0]]).toEqual([path, ASK])
    }
    expect((await browser.visit('/')).text).not.toContain('alice')
    const silent = await browser.visit(authorizationUrl({ prompt: 'none' }))
    expect(silent.left?.searchParams.get('error')).toBe('login_required')
  })

  threat(147, 'sets up no app where there is one, or a passkey', async () => {
    const { browser } = await afterPassword('alice', { OAUTH_SECOND_FACTOR: 'everybody' })
    expect((await browser.visit(`${ASK}/set-up`)).path).toBe(ASK)
    await givenPasskey(bob)
    const other = await afterPassword('bob', { OAUTH_SECOND_FACTOR: 'everybody' })
    expect(other.visit.text).toContain('Continue with your passkey.')
    expect((await other.browser.visit(`${ASK}/set-up`)).path).toBe(ASK)
  })

  threat(147, 'gets it within ten minutes, or begins again with the password', async () => {
    const { browser, visit } = await afterPassword('alice')
    travel(601)
    expect((await giveCode(browser, visit, { code: app.code() })).path).toBe('/login')
    expect((await browser.visit('/account')).path).toBe('/login')
  })

  threat(136, 'that somebody planted stays worth nothing when the code is given', async () => {
    const { browser, visit } = await afterPassword('alice')
    const thief = openBrowser()
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value)
    expect((await giveCode(browser, visit, { code: app.code() })).path).toBe('/account')
    expect((await thief.visit('/account')).path).toBe('/login')
  })

  threat(147, 'is made of every other session once an app is set up', async () => {
    const browser = await signedIn(bob)
    expect((await browser.visit('/account')).path).toBe('/account')
    await givenApp(bob, 'bob')
    await env.DB.prepare(
      'UPDATE sessions SET auth_time = auth_time - 601 WHERE second_factor_at IS NULL',
    ).run()
    expect((await browser.visit('/account')).path).toBe('/login')
  })

  threat(147, 'is not helped by the password grant', async () => {
    expect(await tokensOf()).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await tokensOf({ username: 'bob' })).toMatchObject({ status: 200 })
    expect(await tokensOf({ username: 'bob' }, { OAUTH_SECOND_FACTOR: 'everybody' })).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
    await env.DB.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(bob).run()
    expect(await tokensOf({ username: 'bob' }, { OAUTH_SECOND_FACTOR: 'staff' })).toMatchObject({
      status: 400,
    })
    expect(await tokensOf({ username: 'bob' })).toMatchObject({ status: 200 })
  })
})

describe('a code', () => {
  threat(165, 'works once, also in another sign-in, and so does an older one', async () => {
    const first = await afterPassword('alice')
    expect((await giveCode(first.browser, first.visit, { code: app.code() })).path).toBe('/account')
    const second = await afterPassword('alice')
    for (const later of [0, -1]) {
      const visit = await giveCode(second.browser, second.visit, { code: app.code(later) })
      expect([later, visit.status, visit.text.includes(WRONG)]).toEqual([later, 400, true])
    }
    expect((await giveCode(second.browser, second.visit, { code: app.code(1) })).path).toBe('/account')
  })

  for (const [what, fieldsFor] of [
    ['a code', () => ({ code: app.code() })],
    ['a recovery code', () => ({ code: app.codes[3] ?? '', recovery: 'yes' })],
  ] as const) {
    threat(165, `${what} sent 50 times at once, from as many sign-ins, lets one in`, async () => {
      const ids = await Promise.all(Array.from({ length: 50 }, async () => givenSession(alice)))
      await env.DB.prepare('DELETE FROM throttle').run()
      const answers = await Promise.all(
        ids.map(async ({ name, value }) => {
          const browser = openBrowser()
          browser.cookies.set(name, value)
          const visit = await browser.visit(ASK)
          // Fifty people guess at once: the limit must not be what decides.
          await env.DB.prepare('UPDATE throttle SET count = 0').run()
          return browser.post(ASK, { ...fieldsOf(visit), ...fieldsFor() })
        }),
      )
      const inside = answers.filter(({ headers }) => headers.get('Location') === '/account')
      expect(inside).toHaveLength(1)
      const [row] = await rowsOf<{ n: number }>(
        'SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL AND second_factor_at IS NOT NULL AND user_id = ?',
        alice,
      )
      // The one in which the app was set up, and the winner's.
      expect(row?.n).toBe(2)
    })
  }

  threat(
    165,
    'cannot be guessed: ten wrong ones close the door for an hour, whatever browser they come from',
    async () => {
      for (let round = 0; round < 10; round++) {
        const { browser, visit } = await afterPassword('alice')
        expect((await giveCode(browser, visit, { code: '000000' })).status).toBe(400)
      }
      const { browser, visit } = await afterPassword('alice')
      const limited = await giveCode(browser, visit, { code: app.code() })
      expect([limited.status, limited.response.headers.get('Retry-After')]).toEqual([429, '3600'])
      const recovery = await giveCode(browser, visit, { code: app.codes[0] ?? '', recovery: 'yes' })
      expect(recovery.status).toBe(429)
      expect((await types()).filter((type) => type === 'second_factor_refused')).toHaveLength(10)
      travel(3601)
      const again = await afterPassword('alice')
      expect((await giveCode(again.browser, again.visit, { code: app.code() })).path).toBe('/account')
    },
  )

  threat(165, 'of another user is wrong', async () => {
    const other = await givenApp(bob, 'bob')
    const { browser, visit } = await afterPassword('alice')
    expect((await giveCode(browser, visit, { code: other.code() })).status).toBe(400)
    const recovery = await giveCode(browser, visit, { code: other.codes[0] ?? '', recovery: 'yes' })
    expect(recovery.status).toBe(400)
  })

  threat(152, 'is nowhere in the storage, nor is its secret', async () => {
    const rows =
      JSON.stringify(await rowsOf('SELECT * FROM totp_secrets')) +
      JSON.stringify(await rowsOf('SELECT * FROM recovery_codes'))
    expect(rows).not.toContain(app.totp.secret.base32)
    for (const code of app.codes) expect(rows).not.toContain(code)
  })
})

describe('a browser that is remembered', () => {
  async function remembered() {
    const { browser, visit } = await afterPassword('alice')
    expect((await giveCode(browser, visit, { code: app.code(), remember: 'yes' })).path).toBe('/account')
    return browser
  }
  const again = async (browser: Awaited<ReturnType<typeof remembered>>, vars = {}) => {
    browser.cookies.delete('__Host-oauth_session')
    const next = openBrowser(vars)
    for (const [name, value] of browser.cookies) next.cookies.set(name, value)
    return (await afterPassword('alice', vars, '/login', next)).visit.path
  }

  it('is not asked for a time, but its sign-in is one by one factor', async () => {
    const browser = await remembered()
    expect(await again(browser)).toBe('/account')
    const rows = await rowsOf<{ amr: string }>(
      'SELECT amr FROM sessions WHERE revoked_at IS NULL ORDER BY rowid DESC LIMIT 1',
    )
    expect(rows).toEqual([{ amr: 'pwd' }])
    travel(30 * 86_400 + 1)
    expect(await again(browser)).toBe(ASK)
  })

  threat(
    166,
    'is worth nothing without the password, for another user, or once it is forgotten',
    async () => {
      const browser = await remembered()
      const cookie = browser.cookies.get('__Host-oauth_remembered') ?? ''
      expect(cookie).not.toBe('')
      const thief = openBrowser()
      thief.cookies.set('__Host-oauth_remembered', cookie)
      expect((await thief.visit('/account')).path).toBe('/login')
      await givenApp(bob, 'bob')
      expect((await afterPassword('bob', {}, '/login', thief)).visit.path).toBe(ASK)
      const page = await browser.visit('/account/second-factor')
      expect(page.text).toContain('Remembered browsers')
      const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      const [row] = await rowsOf<{ id_hash: string }>('SELECT id_hash FROM remembered_browsers')
      expect(row?.id_hash).not.toBe(cookie)
      await browser.post('/account/second-factor', {
        anti_forgery,
        intent: 'forget',
        browser: row?.id_hash ?? '',
      })
      expect(await again(browser)).toBe(ASK)
    },
  )

  threat(
    166,
    'is forgotten with a new password, with a new app, where the setting says so, and after five others',
    async () => {
      const browser = await remembered()
      expect(await again(browser, { OAUTH_REMEMBERED_BROWSER_DELTA: '0' })).toBe(ASK)
      await env.DB.prepare('UPDATE users SET second_factor_at = second_factor_at + 1').run()
      expect(await again(browser)).toBe(ASK)
      await env.DB.prepare('UPDATE users SET second_factor_at = second_factor_at - 1').run()
      expect(await again(browser)).toBe('/account')
      for (let step = 1; step <= 5; step++) {
        travel(60)
        const { browser: other, visit } = await afterPassword('alice')
        await giveCode(other, visit, { code: app.code(), remember: 'yes' })
      }
      expect(await rowsOf('SELECT 1 FROM remembered_browsers')).toHaveLength(5)
      expect(await again(browser)).toBe(ASK)
    },
  )
})

describe('a second factor that is demanded', () => {
  for (const mode of ['staff', 'everybody']) {
    it(`of ${mode} is set up at the first sign-in, before anything else`, async () => {
      const vars = { OAUTH_SECOND_FACTOR: mode }
      await givenUser('carol', { id: 'carol-id', isStaff: true })
      const { browser, visit } = await afterPassword('carol', vars, authorizationUrl())
      expect(visit.path).toMatch(/^\/login\/second-factor\/set-up\?request=/)
      expect(visit.text).toContain('This site asks for a second step when you sign in.')
      const done = await setUpApp(browser, visit, 'carol', `${ASK}/set-up`)
      expect(done.app.codes).toHaveLength(10)
      const next = /href="(\/oauth2\/authorize\/confirm\?request=[^"]*)"/.exec(done.page.text)?.[1] ?? ''
      expect((await browser.visit(next)).text).toContain('Application web')
      const second = await afterPassword('carol', vars)
      expect(second.visit.path).toBe(ASK)
      expect((await giveCode(second.browser, second.visit, { code: done.app.code() })).path).toBe('/account')
      const page = await second.browser.visit('/account/second-factor')
      expect(page.text).toContain('This site asks for it')
    })
  }

  it('of staff lets others in by their password', async () => {
    expect((await afterPassword('bob', { OAUTH_SECOND_FACTOR: 'staff' })).visit.path).toBe('/account')
  })
})

describe('a client that asks for a level of authentication', () => {
  const asking = (fields = {}): string =>
    authorizationUrl({ scope: 'openid', nonce: 'n', acr_values: '2', ...fields })

  must('RFC 9470', '5', 'the user gives the second factor where the sign-in is by one', async () => {
    const first = await afterPassword('alice')
    await giveCode(first.browser, first.visit, { code: app.code(), remember: 'yes' })
    first.browser.cookies.delete('__Host-oauth_session')
    const { browser } = await afterPassword('alice', {}, '/login', first.browser)
    const asked = await browser.visit(asking())
    expect(asked.path).toMatch(/^\/login\/second-factor\?request=/)
    const consent = await giveCode(browser, asked, { code: app.code(1) })
    const { id_token } = await redeem(codeIn(await approve(browser, consent, ['openid'])))
    expect((await verifyIdToken(String(id_token))).claims).toMatchObject({ acr: '2' })
    browser.cookies.delete('__Host-oauth_session')
    const later = await afterPassword('alice', {}, '/account', browser)
    const silent = await later.browser.visit(asking({ prompt: 'none' }))
    expect(silent.left?.searchParams.get('error')).toBe('unmet_authentication_requirements')
  })

  must(
    'RFC 9470',
    '5',
    'a user who has no second factor is answered for, and the token says what was reached',
    async () => {
      const browser = await signedIn(bob)
      const consent = await browser.visit(asking())
      const { id_token } = await redeem(codeIn(await approve(browser, consent, ['openid'])))
      expect((await verifyIdToken(String(id_token))).claims).toMatchObject({ acr: '1', amr: ['pwd'] })
    },
  )
})

describe('a client that insists on a level of authentication', () => {
  const claims = (...values: readonly string[]): string =>
    JSON.stringify({ id_token: { acr: { essential: true, values } } })
  const asking = (...values: readonly string[]): string =>
    authorizationUrl({ scope: 'openid', nonce: 'n', claims: claims(...values) })

  must(
    'OpenID Connect Core',
    '5.5.1.1',
    'an essential level is reached, or the client is told that it is not',
    async () => {
      const browser = await signedIn(bob)
      const refused = await browser.visit(asking('2'))
      expect(refused.left?.searchParams.get('error')).toBe('unmet_authentication_requirements')
      const unknown = await browser.visit(asking('9'))
      expect(unknown.left?.searchParams.get('error')).toBe('access_denied')
      const { browser: hers, visit } = await afterPassword('alice', {}, asking('2', 'phr'))
      const consent = await giveCode(hers, visit, { code: app.code() })
      const { id_token } = await redeem(codeIn(await approve(hers, consent, ['openid'])))
      expect((await verifyIdToken(String(id_token))).claims).toMatchObject({ acr: '2' })
      const strongest = await hers.visit(asking('phr'))
      expect(strongest.left?.searchParams.get('error')).toBe('unmet_authentication_requirements')
    },
  )
})

describe('the page of the second factor', () => {
  it('is reached by a sign-in of the last minutes, makes new recovery codes, and turns it off', async () => {
    const { browser, visit } = await afterPassword('alice')
    const page = await giveCode(browser, visit, { code: app.code() })
    expect(page.path).toBe('/account')
    const manage = await browser.visit('/account/second-factor')
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(manage.text)?.[1] ?? ''
    const renewed = await browser.post('/account/second-factor', { anti_forgery, intent: 'renew' })
    const codes = [...(await renewed.text()).matchAll(/<code>([a-z2-7-]{19})<\/code>/g)].map(
      ([, code]) => code,
    )
    expect(codes).toHaveLength(10)
    expect(codes.filter((code) => app.codes.includes(code ?? ''))).toEqual([])
    const other = await afterPassword('alice')
    expect(
      (await giveCode(other.browser, other.visit, { code: app.codes[0] ?? '', recovery: 'yes' })).status,
    ).toBe(400)
    expect((await giveCode(other.browser, other.visit, { code: codes[0] ?? '', recovery: 'yes' })).path).toBe(
      '/account',
    )
    await env.DB.prepare('UPDATE sessions SET auth_time = auth_time - 901').run()
    const stale = await browser.post('/account/second-factor', { anti_forgery, intent: 'turn-off' })
    expect(stale.headers.get('Location')).toBe('/account/confirm?next=second-factor')
    await env.DB.prepare('UPDATE sessions SET auth_time = auth_time + 901').run()
    await browser.post('/account/second-factor', { anti_forgery, intent: 'turn-off' })
    expect((await browser.visit('/account/second-factor')).text).toContain('Two-step sign-in is off.')
    expect((await afterPassword('alice')).visit.path).toBe('/account')
    for (const table of ['totp_secrets', 'recovery_codes'])
      expect(await rowsOf(`SELECT 1 FROM ${table}`)).toEqual([])
  })

  it('sets up nothing with a wrong code, or with the key of another session', async () => {
    const [browser, other] = [await signedIn(bob), await signedIn(bob)]
    const page = await browser.visit('/account/second-factor/set-up')
    const wrong = await browser.submit(page, '/account/second-factor/set-up', [['code', '123']])
    expect([wrong.status, wrong.text.includes(WRONG)]).toEqual([400, true])
    const key = /name="key" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const theirs = await other.visit('/account/second-factor/set-up')
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(theirs.text)?.[1] ?? ''
    const strange = await other.post('/account/second-factor/set-up', { anti_forgery, key, code: '123456' })
    expect(strange.status).toBe(400)
    expect(await rowsOf('SELECT 1 FROM totp_secrets WHERE user_id = ?', bob)).toEqual([])
  })
})

describe('staff', () => {
  it('take the second factor from a user who has lost it, and the log says who did', async () => {
    await env.DB.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(bob).run()
    const user = await (await signedIn(alice)).visit('/account')
    expect(user.path).toBe(ASK)
    const staff = await signedIn(bob)
    const confirm = await staff.visit(`/admin/users/show?id=${alice}`)
    expect(confirm.text).toContain('Second factor since')
    const anti_forgery = /name="anti_forgery" value="([^"]*)"/.exec(confirm.text)?.[1] ?? ''
    const done = await staff.post('/admin/users/act', {
      anti_forgery,
      action: 'remove-second-factor',
      id: alice,
      confirmed: 'yes',
    })
    expect(done.status).toBe(303)
    expect((await afterPassword('alice')).visit.path).toBe('/account')
    const events = await rowsOf(
      "SELECT actor, user_id FROM audit_events WHERE type = 'second_factor_removed'",
    )
    expect(events).toEqual([{ actor: bob, user_id: alice }])
  })
})
