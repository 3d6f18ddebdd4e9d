import { env } from 'cloudflare:workers'
import { UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { emailKey } from '../../src/identity/usernames.ts'
import { openBrowser, type Visit } from '../support/browser.ts'
import { putUp, timesAsked } from '../support/documents.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { expectPage, FORGED, signedIn } from '../support/flow.ts'
import { send, sendIn } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
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
import { makeKey } from '../support/signer.ts'
import { travel } from '../support/time.ts'

const FAILED = 'Signing in with Acme did not work.'
const STALE = 'This sign-in took too long'
const NOBODY = 'No account here can be used'
const ADDRESS = 'ann@acme.example'

let issuer: Issuer
beforeEach(async () => {
  await givenCast()
  issuer = await givenIssuer()
})

async function expectRefused({ path, status, text }: Visit, said: string): Promise<void> {
  expect([status, text.includes(said)], `${path}: ${text.slice(0, 1500)}`).toEqual([400, true])
  expect(await all('SELECT 1 FROM sessions')).toEqual([])
}

/** Somebody who has the address in an account here. */
async function givenAnn(verified: boolean): Promise<string> {
  return givenUser('anna', {
    email: ADDRESS,
    emailKey: emailKey(ADDRESS),
    emailVerifiedAt: verified ? 1 : null,
  })
}

describe('an account here is not opened by an address', () => {
  threat(190, 'that the provider has not verified', async () => {
    await givenAnn(true)
    await givenProvider(issuer.issuer, { trustsAddresses: true })
    for (const email_verified of [false, undefined, 'yes', 1, null])
      await expectRefused((await signInWith(issuer, { email_verified })).visit, NOBODY)
    expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
  })

  threat(190, 'that a provider has verified which is not trusted for it', async () => {
    await givenAnn(true)
    await givenProvider(issuer.issuer)
    await expectRefused((await signInWith(issuer)).visit, NOBODY)
    // Just in time it makes another account, which has not proved the address.
    const row = await rowOf()
    await store.updateProvider({ ...row, createsAccounts: true }, null, row.updatedAt, {
      id: 'x',
      now: 1,
      network: null,
      actor: 'cli',
    })
    expect((await signInWith(issuer)).visit.text).toContain('Signed in as ann<')
    expect(await all('SELECT username FROM users WHERE email_verified_at IS NOT NULL')).toEqual([
      { username: 'anna' },
    ])
  })

  threat(190, 'that nobody has proved here, whoever made the account under it', async () => {
    const anna = await givenAnn(false)
    await givenProvider(issuer.issuer, { createsAccounts: true, trustsAddresses: true })
    await expectRefused((await signInWith(issuer)).visit, NOBODY)
    expect(await all(`SELECT id FROM users WHERE email_key = '${ADDRESS}'`)).toEqual([{ id: anna }])
    expect(await all('SELECT 1 FROM users')).toHaveLength(3)
  })

  threat(190, 'that mail cannot be sent to, or that is two', async () => {
    await givenAnn(true)
    await givenProvider(issuer.issuer, { trustsAddresses: true })
    for (const email of [
      `${ADDRESS}\r\nBcc: eve@evil.example`,
      `${ADDRESS},eve@evil.example`,
      `"x" <${ADDRESS}>`,
    ])
      await expectRefused((await signInWith(issuer, { email })).visit, NOBODY)
  })

  threat(190, 'that looks like the one of the account', async () => {
    await givenAnn(true)
    await givenProvider(issuer.issuer, { trustsAddresses: true })
    await expectRefused((await signInWith(issuer, { email: 'аnn@acme.example' })).visit, NOBODY)
  })

  for (const [email, folded, what] of [
    ['bob@gmail.com', 'bob@gmaıl.com', 'at another domain, whose letters only fold to the same'],
    [
      'straße@acme.example',
      'strasse@acme.example',
      'of another mailbox, whose letters only fold to the same',
    ],
    ['strasse@acme.example', 'straße@acme.example', 'of another mailbox, whose sharp s folds to the same'],
  ] as const)
    threat(190, what, async () => {
      await givenUser('anna', { email, emailKey: emailKey(email), emailVerifiedAt: 1 })
      await givenProvider(issuer.issuer, { trustsAddresses: true })
      await expectRefused((await signInWith(issuer, { email: folded })).visit, NOBODY)
      expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
      // The same address in capitals is the same one.
      const { visit } = await signInWith(issuer, {
        email: email.replace(/^./u, (first) => first.toUpperCase()),
      })
      expect(visit.text).toContain('Signed in as anna')
    })
})

async function rowOf(): Promise<Awaited<ReturnType<typeof store.listProviders>>[number]> {
  const [row] = await store.listProviders()
  if (!row) throw new Error('there is no provider')
  return row
}

describe('an answer signs nobody in', () => {
  threat(191, 'in a browser that did not begin it', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { url } = await goTo()
    await vouch(issuer, url)
    await expectRefused(await openBrowser().visit(answerPath(issuer, url)), STALE)
    // Not even one that has begun one of its own.
    const { browser } = await goTo()
    await expectRefused(await browser.visit(answerPath(issuer, url)), STALE)
    expect(await timesAsked(`${issuer.issuer}/token`)).toBe(0)
  })

  for (const [what, changed] of [
    ['without a state', { state: undefined }],
    ['with an empty state', { state: '' }],
    ['with the state of nobody', { state: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['with a state that is no name of a cookie', { state: 'x; Path=/' }],
  ] as const)
    threat(191, what, async () => {
      await givenProvider(issuer.issuer, { createsAccounts: true })
      const { browser, url } = await goTo()
      await vouch(issuer, url)
      await expectRefused(await browser.visit(answerPath(issuer, url, changed)), STALE)
    })

  for (const [what, changed] of [
    ['of another issuer (RFC 9207)', { iss: 'https://evil.example' }],
    ['without the issuer that its metadata promise (RFC 9207)', { iss: undefined }],
    ['without a code', { code: undefined }],
  ] as const)
    threat(191, what, async () => {
      await givenProvider(issuer.issuer, { createsAccounts: true })
      const { browser, url } = await goTo()
      await vouch(issuer, url)
      await expectRefused(await browser.visit(answerPath(issuer, url, changed)), FAILED)
      expect(await timesAsked(`${issuer.issuer}/token`)).toBe(0)
    })

  threat(191, 'at the redirect URI of another provider than the one that was asked', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    await givenProvider(issuer.issuer, { id: 'other', name: 'Acme', createsAccounts: true })
    const { browser, url } = await goTo()
    await vouch(issuer, url)
    const path = answerPath(issuer, url).replace('/acme/', '/other/')
    await expectRefused(await browser.visit(path), STALE)
  })

  threat(191, 'a second time, though the browser keeps its cookie, nor many times at once', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await vouch(issuer, url)
    const cookies = new Map(browser.cookies)
    const attempts = Array.from({ length: 20 }, async () => {
      const again = openBrowser()
      for (const [name, value] of cookies) again.cookies.set(name, value)
      return (await again.get(answerPath(issuer, url))).status
    })
    const statuses = await Promise.all(attempts)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(19)
    expect(await all('SELECT 1 FROM sessions')).toHaveLength(1)
    expect(await all('SELECT 1 FROM linked_accounts')).toHaveLength(1)
  })

  threat(191, 'and asks nobody a second time, whatever it holds', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await putUp(`${issuer.issuer}/token`, { status: 400, json: { error: 'invalid_grant' } })
    const cookies = new Map(browser.cookies)
    const attempts = Array.from({ length: 10 }, async (_, index) => {
      const again = openBrowser()
      for (const [name, value] of cookies) again.cookies.set(name, value)
      return (await again.get(answerPath(issuer, url, { code: `junk-${index}` }))).status
    })
    expect(await Promise.all(attempts)).toEqual(Array.from({ length: 10 }, () => 400))
    expect(await timesAsked(`${issuer.issuer}/token`)).toBe(1)
  })

  threat(191, 'after a quarter of an hour', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    travel(901)
    await vouch(issuer, url)
    await expectRefused(await browser.visit(answerPath(issuer, url)), STALE)
  })

  threat(191, 'that a page of another site began', async () => {
    await givenProvider(issuer.issuer)
    const browser = openBrowser()
    await browser.visit('/login')
    await expectPage(await browser.post('/login/with/acme', { anti_forgery: 'AAAA' }), 403, FORGED)
    expect((await browser.get('/login/with/acme')).status).toBe(404)
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    expect((await send('/login/with/acme', { method: 'POST', headers })).status).toBe(403)
  })
})

describe('an ID token signs nobody in', () => {
  const other = makeKey()
  for (const [what, claims] of [
    ['of another attempt', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'another-client' }],
    ['for two clients, of whom the other was meant', { aud: ['we-are-known-as-this', 'x'], azp: 'x' }],
    ['that has expired', { exp: 1 }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with a subject that holds a line break', { sub: 'x\nx' }],
    ['with a subject that is too long', { sub: 'x'.repeat(256) }],
  ] as const)
    threat(192, what, async () => {
      await givenProvider(issuer.issuer, { createsAccounts: true })
      await expectRefused((await signInWith(issuer, claims)).visit, FAILED)
    })

  threat(192, 'that a key of somebody else has signed, or none', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { privateKey } = await other
    const forged: Issuer = { ...issuer, key: { ...issuer.key, privateKey } }
    await expectRefused((await signInWith(forged)).visit, FAILED)
    const { browser, url } = await goTo()
    const claims = {
      iss: issuer.issuer,
      sub: 'x',
      aud: 'we-are-known-as-this',
      nonce: url.searchParams.get('nonce'),
    }
    const jwt = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('1m').encode()
    await putUp(`${issuer.issuer}/token`, {
      json: { access_token: 'a', token_type: 'Bearer', id_token: jwt },
    })
    await expectRefused(await browser.visit(answerPath(issuer, url)), FAILED)
  })

  threat(192, 'that is not there', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await putUp(`${issuer.issuer}/token`, { json: { access_token: 'a', token_type: 'Bearer' } })
    await expectRefused(await browser.visit(answerPath(issuer, url)), FAILED)
  })
})

describe('another issuer', () => {
  threat(192, 'is not believed to be the one that was named', async () => {
    const liar = await givenIssuer({ issuer: issuer.issuer })
    await givenProvider(liar.issuer, { createsAccounts: true })
    const browser = openBrowser()
    const page = await browser.visit('/login')
    await expectRefused(await browser.submit(page, '/login/with/acme', []), FAILED)
  })

  threat(192, 'gets nobody in by a subject that the former issuer of the same provider had', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    await signInWith(issuer)
    const evil = await givenIssuer()
    // Nothing of ours changes an issuer; whoever does it by hand opens no account of its people.
    await env.DB.prepare('UPDATE sign_in_providers SET issuer = ?').bind(evil.issuer).run()
    await env.DB.prepare('DELETE FROM sessions').run()
    await expectRefused((await signInWith(evil)).visit, NOBODY)
    expect(await all('SELECT issuer FROM linked_accounts')).toEqual([{ issuer: issuer.issuer }])
  })

  threat(192, 'gets nobody in under the id of a provider that was deleted', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    await signInWith(issuer)
    await store.deleteProvider('acme', { id: 'y', now: 1, network: null, actor: 'cli' })
    expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
    const evil = await givenIssuer()
    await givenProvider(evil.issuer)
    await env.DB.prepare('DELETE FROM sessions').run()
    await expectRefused((await signInWith(evil)).visit, NOBODY)
  })
})

describe('what was ended', () => {
  threat(195, 'a user who is disabled is not signed in, and gets no second account', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true, trustsAddresses: true })
    await signInWith(issuer)
    await env.DB.prepare(`UPDATE users SET is_active = 0 WHERE username = 'ann'`).run()
    await env.DB.prepare('DELETE FROM sessions').run()
    await expectRefused((await signInWith(issuer)).visit, NOBODY)
    await expectRefused((await signInWith(issuer, { sub: 'another account there' })).visit, NOBODY)
    expect(await all('SELECT 1 FROM users')).toHaveLength(3)
  })

  threat(195, 'a provider that was disabled on the way signs nobody in, in whatever isolate', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await vouch(issuer, url)
    await env.DB.prepare('UPDATE sign_in_providers SET is_enabled = 0').run()
    expect((await browser.visit(answerPath(issuer, url))).status).toBe(404)
    const session = { id: 's', userAgent: '', amr: ['fed'], expiresAt: 9e9, replaces: null }
    const signIn = {
      provider: { id: 'acme', issuer: issuer.issuer, domains: '' },
      subject: 'sub',
      label: 'x',
      countedAsFresh: false,
      state: { jtiHash: 'h', expiresAt: 9e9 },
      session,
      address: null,
      newUser: { id: 'n', names: [{ username: 'n', usernameKey: 'n', usernameSkeleton: 'n' }], email: null },
    }
    const request = { id: 'z', now: 1, network: null }
    expect(await store.spendState(signIn.state, request)).toBe(true)
    expect(await store.signIn(signIn, request)).toBeNull()
    expect(await all(`SELECT 1 FROM users WHERE id = 'n'`)).toEqual([])
  })
})

describe('an isolate that knows an old list of providers', () => {
  threat(195, 'signs nobody in for domains that were taken away since', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await vouch(issuer, url)
    const isolate = { ...env }
    await sendIn(isolate, '/login')
    await env.DB.prepare(`UPDATE sign_in_providers SET domains = 'corp.example'`).run()
    const Cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await sendIn(isolate, answerPath(issuer, url), { headers: { Cookie } })
    await expectPage(answer, 400, NOBODY)
    expect(await all('SELECT 1 FROM sessions')).toEqual([])
  })
})

describe('a provider that means harm', () => {
  for (const [what, changed] of [
    ['a token endpoint at a private address', { token_endpoint: 'https://10.0.0.1/token' }],
    ['a token endpoint of the cloud', { token_endpoint: 'https://169.254.169.254/token' }],
    ['a token endpoint without TLS', { token_endpoint: 'http://issuer.example.org/token' }],
    ['keys at a private address', { jwks_uri: 'https://[fd00::1]/keys' }],
    ['UserInfo at a private address', { userinfo_endpoint: 'https://localhost/userinfo' }],
  ] as const)
    threat(194, `gets no request sent to ${what}`, async () => {
      const evil = await givenIssuer(changed)
      await givenProvider(evil.issuer, { createsAccounts: true })
      const { visit } = await signInWith(evil, { email: undefined })
      await expectRefused(visit, FAILED)
    })

  for (const endpoint of [
    'javascript:alert(1)',
    'http://evil.example/',
    'https://10.0.0.1/',
    'nothing',
    undefined,
  ])
    threat(194, `sends no browser to the authorization endpoint ${endpoint}`, async () => {
      const evil = await givenIssuer({ authorization_endpoint: endpoint })
      await givenProvider(evil.issuer)
      const browser = openBrowser()
      const page = await browser.visit('/login')
      await expectRefused(await browser.submit(page, '/login/with/acme', []), FAILED)
    })

  threat(194, 'is not listened to without end', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await putUp(`${issuer.issuer}/token`, { body: 'x'.repeat(8192), endless: true })
    await expectRefused(await browser.visit(answerPath(issuer, url)), FAILED)
    const large = await givenIssuer({ filler: 'x'.repeat(200_000) })
    await givenProvider(large.issuer, { id: 'large', name: 'Acme' })
    const page = await browser.visit('/login')
    await expectRefused(await browser.submit(page, '/login/with/large', []), FAILED)
  })

  threat(194, 'is not followed elsewhere', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const { browser, url } = await goTo()
    await putUp(`${issuer.issuer}/token`, {
      status: 307,
      headers: { Location: 'https://10.0.0.1/token' },
      body: '',
    })
    await expectRefused(await browser.visit(answerPath(issuer, url)), FAILED)
  })

  threat(194, 'writes nothing into headers and pages by what it calls somebody', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const evil = 'x\r\nSet-Cookie: a=b\u0000<script>alert(1)</script>\u202E'
    const { browser, visit } = await signInWith(issuer, {
      preferred_username: evil,
      name: evil,
      email: evil,
    })
    expect(visit.path).toBe('/account')
    const page = await browser.visit('/account/connections')
    expect(page.text).not.toMatch(/<script>alert|[\0\u202E]/)
    expect([...browser.cookies.keys()].filter((name) => !name.startsWith('__Host-oauth_'))).toEqual([])
    expect(await all(`SELECT email FROM users WHERE username LIKE 'user-%'`)).toEqual([{ email: null }])
    const [row] = await all('SELECT label FROM linked_accounts')
    expect(row?.['label']).not.toMatch(/\p{C}/u)
  })

  threat(194, 'has its error shown in our words, and written to no page', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const denied = await goTo()
    const changed = { code: undefined, error: 'access_denied', error_description: 'EVIL WORDS' }
    const visit = await denied.browser.visit(answerPath(issuer, denied.url, changed))
    await expectRefused(visit, 'You did not sign in with Acme.')
    expect(visit.text).not.toContain('EVIL')
    const { browser, url } = await goTo()
    const broken = await browser.visit(answerPath(issuer, url, { ...changed, error: 'server_error' }))
    await expectRefused(broken, FAILED)
    expect(broken.text).not.toContain('EVIL')
  })
})

describe('where it all ends', () => {
  it('is a page of ours, whatever the answer or the form names', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const browser = openBrowser()
    const page = await browser.visit('/login')
    const visit = await browser.submit(page, '/login/with/acme', [
      ['next', 'https://evil.example/'],
      ['return_to', '//evil.example'],
      ['request', 'https://evil.example/'],
    ])
    expect(visit.left?.origin).toBe(issuer.issuer)
    await vouch(issuer, visit.left!)
    const path = `${answerPath(issuer, visit.left!)}&next=https://evil.example/&redirect_uri=//evil.example`
    expect((await browser.visit(path)).path).toBe('/account')
  })

  it('leaves whoever was signed in before in this browser signed out', async () => {
    await givenProvider(issuer.issuer, { createsAccounts: true })
    const alice = await givenUser('alicia')
    const browser = await signedIn(alice)
    const { browser: fresh, url } = await goTo()
    for (const [name, value] of browser.cookies) fresh.cookies.set(name, value)
    await vouch(issuer, url)
    expect((await fresh.visit(answerPath(issuer, url))).text).toContain('Signed in as ann')
    expect((await browser.visit('/account')).path).toBe('/login')
  })
})
