import { env } from 'cloudflare:workers'
import { SignJWT, generateKeyPair, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hiddenFields, nextOf, openBrowser } from '../support/browser.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import { authorizationUrl, authorize, codeIn, expectPage, redeem, signedIn } from '../support/flow.ts'
import { ORIGIN, send } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { json } from '../support/openid.ts'

const LOGOUT = '/oauth2/logout'
const CONFIRM = `${LOGOUT}/confirm`
const RETURN = 'https://app.example/signed-out?from=us'
const ASKS = 'Sign out?'
const DONE = 'You are signed out'
const MISMATCH = 'post_logout_redirect_uri'

let alice: string
let bob: string

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  await register('web', { post_logout_redirect_uris: [RETURN, 'https://app.example/other'] })
})

async function register(clientId: string, metadata: object): Promise<void> {
  await env.DB.prepare('UPDATE clients SET metadata = ? WHERE client_id = ?')
    .bind(JSON.stringify(metadata), clientId)
    .run()
}

/** Signs in for the client `web` in a browser. */
async function signInTo(browser: Browser, fields: Record<string, string> = {}): Promise<string> {
  const visit = await authorize(browser, { scope: 'openid', ...fields })
  const { id_token } = await redeem(
    codeIn(visit),
    fields['client_id'] ? { client_id: fields['client_id'] } : {},
  )
  expect(id_token).toBeTypeOf('string')
  return String(id_token)
}

function logoutUrl(fields: Record<string, string>): string {
  return `${LOGOUT}?${new URLSearchParams(fields).toString()}`
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.get('/account')).status === 200
}

/** Signs in and returns what a client would then ask with. */
async function given(): Promise<{ readonly browser: Browser; readonly hint: string }> {
  const browser = await signedIn(alice)
  return { browser, hint: await signInTo(browser) }
}

async function expectQuestion(browser: Browser, fields: Record<string, string>): Promise<void> {
  await expectPage(await browser.get(logoutUrl(fields)), 200, ASKS)
  expect(await isSignedIn(browser)).toBe(true)
}

describe('A client that signs a user out', () => {
  must(
    'OpenID Connect RP-Initiated Logout',
    '2.1',
    'announces the end session endpoint (oidcc-rp-initiated-logout-discovery-endpoint-verification)',
    async () => {
      const metadata = await json('/.well-known/openid-configuration')
      expect(metadata['end_session_endpoint']).toBe(`${ORIGIN}${LOGOUT}`)
    },
  )

  must(
    'OpenID Connect RP-Initiated Logout',
    '2',
    'ends the session of the hint and sends the browser back (oidcc-rp-initiated-logout)',
    async () => {
      const { browser, hint } = await given()
      const fields = { id_token_hint: hint, post_logout_redirect_uri: RETURN, state: 's' }
      const { left } = await browser.visit(logoutUrl(fields))
      expect(left?.href).toBe(`${RETURN}&state=s`)
      expect(await isSignedIn(browser)).toBe(false)
      const silent = await browser.visit(authorizationUrl({ scope: 'openid', prompt: 'none' }))
      expect(silent.left?.searchParams.get('error')).toBe('login_required')
      const { results } = await env.DB.prepare('SELECT revoked_at FROM sessions').all()
      expect(results).toEqual([{ revoked_at: expect.any(Number) as number }])
    },
  )

  must(
    'OpenID Connect RP-Initiated Logout',
    '2',
    'takes the same request as a form, which brings no cookie',
    async () => {
      const { browser, hint } = await given()
      const form = { id_token_hint: hint, post_logout_redirect_uri: RETURN, state: 'a b' }
      const bare = await openBrowser().post(LOGOUT, form)
      expect(bare.status).toBe(303)
      const { left } = await browser.visit(nextOf(bare) ?? '')
      expect(left?.searchParams.get('state')).toBe('a b')
      expect(await isSignedIn(browser)).toBe(false)
    },
  )

  it.each([`"'<b>&amp;%20%zz {}[]`, '+plus & = ? #', 'é漢字\u{1f600}', '~._-'.repeat(32)])(
    'carries the state %j unharmed',
    async (state) => {
      const { browser, hint } = await given()
      const fields = { id_token_hint: hint, post_logout_redirect_uri: RETURN, state }
      const location = nextOf(await browser.get(logoutUrl(fields))) ?? ''
      const [, sent = ''] = location.split('&state=')
      expect(decodeURIComponent(sent)).toBe(state)
      expect(new URL(location).searchParams.get('state')).toBe(state)
      expect(new URL(location).searchParams.get('from')).toBe('us')
    },
  )

  it('gets the address as it registered it where it sends no state (oidcc-rp-initiated-logout-no-state)', async () => {
    const { browser, hint } = await given()
    const fields = { id_token_hint: hint, post_logout_redirect_uri: RETURN }
    expect(nextOf(await browser.get(logoutUrl(fields)))).toBe(RETURN)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('may hint with an ID token that has expired', async () => {
    const browser = await signedIn(alice)
    const vars = { OAUTH_ID_TOKEN_DELTA: '1' }
    const visit = await authorize(browser, { scope: 'openid' })
    const { id_token } = await redeem(codeIn(visit), {}, vars)
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const fields = { id_token_hint: String(id_token), post_logout_redirect_uri: RETURN }
    expect((await browser.visit(logoutUrl(fields))).left?.href).toBe(RETURN)
  })

  it('is sent back though nobody is signed in any more', async () => {
    const { browser, hint } = await given()
    const url = logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: RETURN, state: 's' })
    await browser.visit(url)
    expect((await browser.visit(url)).left?.href).toBe(`${RETURN}&state=s`)
  })

  it('knows its users by pairwise subjects, and may hint with them', async () => {
    await register('web', { subject_type: 'pairwise', post_logout_redirect_uris: [RETURN] })
    const { browser, hint } = await given()
    const fields = { id_token_hint: hint, post_logout_redirect_uri: RETURN }
    expect((await browser.visit(logoutUrl(fields))).left?.href).toBe(RETURN)
  })
})

describe('Signing out with a question', () => {
  it.each([
    ['without any parameter (oidcc-rp-initiated-logout-no-params)', {}],
    ['with a state alone (oidcc-rp-initiated-logout-only-state)', { state: 's' }],
    [
      'for an address that belongs to no client that is named (oidcc-rp-initiated-logout-no-id-token-hint)',
      { post_logout_redirect_uri: RETURN, state: 's' },
    ],
    ['for a client that does not exist', { client_id: 'nobody', post_logout_redirect_uri: RETURN }],
  ])('is asked for %s, and ends on a page of ours', async (_, fields) => {
    const { browser } = await given()
    const page = await browser.visit(logoutUrl(fields))
    expect(page.text).toContain(ASKS)
    expect(await isSignedIn(browser)).toBe(true)
    const after = await browser.submit(page, CONFIRM, [])
    expect(after.left).toBeNull()
    expect(after.text).toContain(DONE)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('ends on a page of ours for a hint without an address (oidcc-rp-initiated-logout-no-post-logout-redirect-uri)', async () => {
    const { browser, hint } = await given()
    await expectPage(await browser.get(logoutUrl({ id_token_hint: hint })), 200, DONE)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('leads back to a client that named itself without a hint, once the user says yes', async () => {
    const { browser } = await given()
    const fields = { client_id: 'web', post_logout_redirect_uri: RETURN, state: '"<x>" %' }
    const page = await browser.visit(logoutUrl(fields))
    expect(page.text).toContain('Application web asks you to sign out')
    const after = await browser.submit(page, CONFIRM, [])
    expect(after.left?.searchParams.get('state')).toBe('"<x>" %')
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('shows a link and never redirects where nobody is signed in and no hint proves the client', async () => {
    const url = logoutUrl({ client_id: 'web', post_logout_redirect_uri: RETURN, state: 's' })
    await expectPage(await send(url), 200, 'Back to Application web')
  })
})

describe('Attacks by logout', () => {
  threat(141, 'asks for a hint of another session of the same user', async () => {
    const { hint } = await given()
    await expectQuestion(await signedIn(alice), { id_token_hint: hint, post_logout_redirect_uri: RETURN })
  })

  threat(141, 'asks for the hint of somebody else', async () => {
    const other = await signedIn(bob)
    const hint = await signInTo(other)
    const { browser } = await given()
    await expectQuestion(browser, { id_token_hint: hint, post_logout_redirect_uri: RETURN })
  })

  must(
    'OpenID Connect RP-Initiated Logout',
    '4',
    'believes no hint that is unsigned, changed or signed by others (oidcc-rp-initiated-logout-modified-id-token-hint, oidcc-rp-initiated-logout-bad-id-token-hint)',
    async () => {
      const { browser, hint } = await given()
      const claims = JSON.parse(
        atob((hint.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')),
      ) as Record<string, unknown>
      const header = JSON.parse(atob(hint.split('.')[0] ?? '')) as { alg: string; kid: string }
      const { privateKey } = await generateKeyPair('RS256')
      const forged = [
        new UnsecuredJWT(claims).encode(),
        await new SignJWT(claims).setProtectedHeader({ ...header, typ: 'JWT' }).sign(privateKey),
        `${hint.slice(0, -6)}AAAAAA`,
        'not.a.jwt',
      ]
      for (const id_token_hint of forged) {
        for (const named of [{}, { client_id: 'web' }]) {
          const fields = { id_token_hint, post_logout_redirect_uri: RETURN, state: 's', ...named }
          await expectQuestion(browser, fields)
          const page = await browser.visit(logoutUrl(fields))
          expect(hiddenFields(page.text, CONFIRM)['id_token_hint']).toBe(id_token_hint)
        }
      }
      const page = await browser.visit(
        logoutUrl({ id_token_hint: forged[0] ?? '', post_logout_redirect_uri: RETURN }),
      )
      const after = await browser.submit(page, CONFIRM, [])
      expect(after.left).toBeNull()
      expect(after.text).toContain(DONE)
    },
  )

  it.each([
    'https://evil.example/',
    `${RETURN}&x=1`,
    'https://app.example/signed-out',
    'https://APP.example/signed-out?from=us',
    'https://app.example/cb',
  ])(
    'never redirects to %s, which is not registered (oidcc-rp-initiated-logout-bad-post-logout-redirect-uri, oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri)',
    async (uri) => {
      const { browser, hint } = await given()
      const fields = { id_token_hint: hint, post_logout_redirect_uri: uri, state: 's' }
      await expectPage(await browser.get(logoutUrl(fields)), 400, MISMATCH)
      expect(await isSignedIn(browser)).toBe(true)
      await expectPage(await send(logoutUrl({ client_id: 'web', ...fields })), 400, MISMATCH)
    },
  )

  threat(140, 'never lends the address of one client to another', async () => {
    await register('other', { post_logout_redirect_uris: ['https://other.example/out'] })
    const { browser, hint } = await given()
    const fields = { id_token_hint: hint, post_logout_redirect_uri: 'https://other.example/out' }
    await expectPage(await browser.get(logoutUrl(fields)), 400, MISMATCH)
    await expectPage(await browser.get(logoutUrl({ ...fields, client_id: 'other' })), 400, 'another client')
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('refuses a parameter that is sent twice', async () => {
    const { browser, hint } = await given()
    const url = `${logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: RETURN })}&post_logout_redirect_uri=x`
    await expectPage(await browser.get(url), 400, 'more than once')
    expect(await isSignedIn(browser)).toBe(true)
  })

  threat(140, 'signs nobody out by a picture or a frame, even with the right hint', async () => {
    const { browser, hint } = await given()
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const kind of ['image', 'iframe', 'script', 'empty']) {
      const headers = { 'Sec-Fetch-Dest': kind, Cookie: cookie }
      const response = await send(logoutUrl({ id_token_hint: hint }), { headers })
      expect(response.headers.getSetCookie().join()).not.toContain('Max-Age=0')
      await expectPage(response, 200, ASKS)
    }
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('takes no cookie from a browser that showed none', async () => {
    const { hint } = await given()
    const response = await send(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: RETURN }))
    expect(response.headers.getSetCookie()).toEqual([])
  })

  threat(140, 'takes no answer to the question from another site', async () => {
    const { browser, hint } = await given()
    const form = { id_token_hint: hint, post_logout_redirect_uri: RETURN }
    await expectPage(await browser.post(CONFIRM, form), 403, 'The form was opened too long ago')
    const page = await browser.visit(LOGOUT)
    const foreign = await signedIn(bob)
    await expectPage(
      await foreign.post(CONFIRM, hiddenFields(page.text, CONFIRM)),
      403,
      'The form was opened too long ago',
    )
    expect(await isSignedIn(browser)).toBe(true)
    expect(await isSignedIn(foreign)).toBe(true)
  })

  it('escapes whatever a client is called', async () => {
    await givenClient('evil', { name: '<script>alert(1)</script>' })
    const { browser } = await given()
    const response = await browser.get(logoutUrl({ client_id: 'evil', state: '"><script>' }))
    expect(await response.text()).not.toContain('<script>')
  })
})
