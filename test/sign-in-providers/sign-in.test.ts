import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { newAddress, putUp } from '../support/documents.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { approve, authorizationUrl, codeIn, redeem } from '../support/flow.ts'
import { sendIn } from '../support/http.ts'
import { verifyIdToken } from '../support/openid.ts'
import { all } from '../support/operator.ts'
import {
  answerPath,
  givenIssuer,
  givenProvider,
  goTo,
  type Issuer,
  signInWith,
  vouch,
} from '../support/sign-in-providers.ts'
import { countTrips } from '../support/trips.ts'

let issuer: Issuer
beforeEach(async () => {
  await givenCast()
  issuer = await givenIssuer()
})

describe('the sign-in page', () => {
  it('has a button for each provider that is enabled, and none otherwise', async () => {
    expect((await openBrowser().visit('/login')).text).not.toContain('Continue with')
    await givenProvider(issuer.issuer)
    await givenProvider(issuer.issuer, { id: 'off', name: 'Off', isEnabled: false })
    const { text } = await openBrowser().visit('/login')
    expect(text.match(/Continue with \w+/g)).toEqual(['Continue with Acme'])
    const off = await openBrowser({ OAUTH_SIGN_IN_PROVIDERS: 'false' }).visit('/login')
    expect(off.text).not.toContain('Continue with')
  })

  it('sends the browser there with state, nonce and PKCE, and no redirect', async () => {
    await givenProvider(issuer.issuer)
    const { url, visit } = await goTo()
    expect(visit.status).toBe(200)
    expect(`${url.origin}${url.pathname}`).toBe(`${issuer.issuer}/authorize`)
    const { code_challenge, nonce, state, ...rest } = Object.fromEntries(url.searchParams)
    expect(rest).toEqual({
      response_type: 'code',
      client_id: 'we-are-known-as-this',
      redirect_uri: 'https://id.example/login/with/acme/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      max_age: '0',
    })
    expect([code_challenge?.length, nonce?.length, state?.length]).toEqual([43, 22, 22])
  })

  it('does without an account here, and without passwords, where accounts are made just in time', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const browser = openBrowser({ OAUTH_PASSWORDS: 'false', OAUTH_PASSKEYS: 'false' })
    const page = await browser.visit('/login')
    expect(page.text).not.toMatch(/password/i)
    const { visit } = await signInWith(issuer, {}, { browser })
    expect([visit.status, visit.path]).toEqual([200, '/account'])
    expect(visit.text).toContain('Signed in as ann')
  })
})

describe('somebody whom a provider vouches for', () => {
  it('has no account here unless the provider makes them', async () => {
    await givenProvider(issuer.issuer)
    const { visit } = await signInWith(issuer)
    expect(visit.status).toBe(400)
    expect(visit.text).toContain('No account here can be used with this account at Acme.')
    expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
    expect(await all('SELECT 1 FROM sessions')).toEqual([])
  })

  it('gets an account just in time, and the same one the next time', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true, trustsAddresses: true })
    expect((await signInWith(issuer)).visit.text).toContain('Signed in as ann')
    expect(
      await all(
        `SELECT username, email, email_key, email_verified_at > 0 AS verified, password_hash FROM users WHERE username = 'ann'`,
      ),
    ).toEqual([
      {
        username: 'ann',
        email: 'ann@acme.example',
        email_key: 'ann@acme.example',
        verified: 1,
        password_hash: '!',
      },
    ])
    const { visit } = await signInWith(issuer, { preferred_username: 'changed', email: 'new@acme.example' })
    expect(visit.text).toContain('Signed in as ann')
    expect(await all('SELECT label, amr FROM linked_accounts, sessions')).toEqual([
      { label: 'new@acme.example', amr: 'fed' },
      { label: 'new@acme.example', amr: 'fed' },
    ])
  })

  it('gets an account whose address waits to be proved where the provider is not trusted for it', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    await signInWith(issuer)
    expect(await all(`SELECT email, email_key, email_verified_at FROM users WHERE username = 'ann'`)).toEqual(
      [{ email: 'ann@acme.example', email_key: null, email_verified_at: null }],
    )
  })

  it('gets another name where the one there is taken, looks like another, or speaks for the site', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const names = ['alice', 'аlice', 'admin', 'Support', 'cli', ' ', 'a\r\nSet-Cookie: x=1', '\u202Eann']
    for (const [at, name] of names.entries())
      await signInWith(issuer, { sub: `sub-${at}`, preferred_username: name, email: undefined })
    const made = await all(`SELECT username FROM users WHERE username NOT IN ('alice', 'bob') ORDER BY rowid`)
    expect(made).toHaveLength(names.length)
    expect(made.slice(0, 2).map(({ username }) => String(username).slice(0, -4))).toEqual([
      'alice-',
      'аlice-',
    ])
    for (const { username } of made.slice(2)) expect(username).toMatch(/^user-[a-z\d]{8}$/)
  })

  it('is sent to prove the address, and then on, where that is asked of new people', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const vars = { OAUTH_DEMO: 'true', OAUTH_ISSUER: 'https://id.example' }
    const { visit } = await signInWith(issuer, {}, { browser: openBrowser(vars) })
    expect(visit.path).toBe('/account/email')
  })

  it('goes on to the application that waits, whose ID token says that another has vouched', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const path = authorizationUrl({ scope: 'openid', nonce: 'n' })
    const { browser, visit } = await signInWith(issuer, {}, { path })
    expect(visit.path).toContain('/oauth2/authorize/confirm?request=')
    const { id_token } = await redeem(codeIn(await approve(browser, visit, ['openid'])))
    expect((await verifyIdToken(String(id_token))).claims).toMatchObject({ amr: ['fed'] })
  })

  it('signs in to the account whose user has proved the same address, where the provider is trusted', async () => {
    const ann = await givenUser('anna', {
      email: 'Ann@Acme.example',
      emailKey: 'ann@acme.example',
      emailVerifiedAt: 1,
    })
    await givenProvider(issuer.issuer, { createsAccounts: true, trustsAddresses: true })
    expect((await signInWith(issuer)).visit.text).toContain('Signed in as anna')
    expect(await all('SELECT user_id, subject FROM linked_accounts')).toEqual([
      { user_id: ann, subject: 'sub-of-ann' },
    ])
    expect(await all(`SELECT type, actor FROM audit_events WHERE user_id IS NOT NULL ORDER BY type`)).toEqual(
      [
        { type: 'account_linked', actor: ann },
        { type: 'signed_in', actor: ann },
      ],
    )
    // From now on it is the link that counts.
    await signInWith(issuer, { email: 'other@acme.example' })
    expect(await all('SELECT count(*) AS n FROM sessions WHERE user_id IS NOT NULL')).toEqual([{ n: 2 }])
    expect(await all('SELECT 1 FROM users')).toHaveLength(3)
  })

  it('is told by UserInfo alone which address is theirs', async () => {
    const userinfo = newAddress('userinfo.example.org')
    const other = await givenIssuer({ userinfo_endpoint: userinfo })
    await givenProvider(other.issuer, { createsAccounts: true, trustsAddresses: true })
    const said = { email: 'said@acme.example', email_verified: true }
    await putUp(userinfo, { json: { sub: 'somebody else', ...said } })
    const { visit } = await signInWith(other, { email: undefined, email_verified: undefined })
    expect(visit.text).toContain('Signing in with Acme did not work.')
    await putUp(userinfo, { json: { sub: 'sub-of-ann', ...said } })
    await signInWith(other, { email: undefined, email_verified: undefined })
    expect(await all(`SELECT email_key FROM users WHERE username = 'ann'`)).toEqual([
      { email_key: 'said@acme.example' },
    ])
  })

  it('has to have an address at one of the domains, verified there', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true, domains: 'acme.example corp.example' })
    for (const claims of [
      { email: 'ann@other.example' },
      { email: 'ann@acme.example.evil.example' },
      { email: 'ann@sub.acme.example' },
      { email_verified: false },
      { email: undefined },
    ]) {
      const { visit } = await signInWith(issuer, claims)
      expect(visit.text).toContain(
        'a verified address at these domains can sign in here: acme.example, corp.example.',
      )
    }
    expect((await signInWith(issuer)).visit.text).toContain('Signed in as ann')
  })

  it('is asked for the second factor that is required', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const browser = openBrowser({ OAUTH_SECOND_FACTOR: 'everybody' })
    const { visit } = await signInWith(issuer, {}, { browser })
    expect(visit.path).toBe('/login/second-factor/set-up')
    expect((await browser.visit('/account')).path).not.toBe('/account')
  })
})

describe('an application that wants its user authenticated now', () => {
  for (const [what, fields] of [
    ['by prompt=login', { prompt: 'login' }],
    ['by max_age', { max_age: '60' }],
  ] as const)
    it(`makes the provider do so ${what}, and say when`, async () => {
      await givenProvider(issuer.issuer, { createsAccounts: true })
      const path = authorizationUrl({ scope: 'openid', ...fields })
      const { browser, url } = await goTo('acme', { path })
      expect(url.searchParams.get('max_age')).toBe(what.endsWith('login') ? '0' : '60')
      await vouch(issuer, url, { auth_time: Math.floor(Date.now() / 1000) - 600 })
      const old = await browser.visit(answerPath(issuer, url))
      expect([
        old.status,
        old.text.includes('You signed in at Acme a while ago. Sign out there first.'),
      ]).toEqual([400, true])
      const { visit } = await signInWith(issuer, { auth_time: Math.floor(Date.now() / 1000) }, { path })
      expect(visit.path).toContain('/oauth2/authorize/confirm?request=')
    })
})

describe('what it costs', () => {
  it('is one trip for the list of providers in an isolate that does not know it, at the sign-in page', async () => {
    await givenProvider(issuer.issuer)
    const trips = countTrips({ cold: true })
    const environment = { ...env, ...trips.vars }
    await sendIn(environment, '/login')
    expect({ d1: trips.d1, kv: trips.kv }).toEqual({ d1: 1, kv: 0 })
    expect(await (await sendIn(environment, '/login')).text()).toContain('Continue with Acme')
    expect(trips.d1).toBe(1)
  })

  it('is two trips for the answer that signs in, makes an account or finds one, beside the list', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true, trustsAddresses: true })
    for (const sub of ['one', 'one', 'two']) {
      const { browser, url } = await goTo()
      await vouch(issuer, url, { sub })
      const trips = countTrips({ cold: true })
      const counted = openBrowser(trips.vars)
      for (const [name, value] of browser.cookies) counted.cookies.set(name, value)
      expect((await counted.get(answerPath(issuer, url))).status).toBe(303)
      expect({ d1: trips.d1, kv: trips.kv, depth: trips.depth }).toEqual({ d1: 3, kv: 0, depth: 3 })
    }
  })
})
