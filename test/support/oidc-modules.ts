import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from './browser.ts'
import { givenCast, SECRET } from './fixture.ts'
import {
  authorizationForm,
  authorizationUrl,
  expectPage,
  type Fields,
  MISMATCH,
  redeem,
  signedIn,
} from './flow.ts'
import { answerOf, basic, ORIGIN, post, send } from './http.ts'
import {
  answerAt,
  asksFor,
  bringsAccessToken,
  collect,
  type Flow,
  goThrough,
  requestOf,
  settle,
  signInAs,
  signInWith,
} from './oidc-flow.ts'
import { givenSigningKeys, json, userInfo } from './openid.ts'
import { travel } from './time.ts'

/** What the profile of alice holds: a value for every claim that a profile can have (OpenID Connect Core 5.1). */
export const PROFILE = {
  name: 'Alice Liddell',
  given_name: 'Alice',
  family_name: 'Liddell',
  middle_name: 'P.',
  nickname: 'Al',
  profile: 'https://alice.example/',
  picture: 'https://alice.example/a.png',
  website: 'https://alice.example/w',
  gender: 'female',
  birthdate: '1852-05-04',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  phone_number: '+44 20 7946 0000',
  phone_number_verified: false,
  address: { formatted: 'Christ Church\nOxford', country: 'GB' },
}
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...Object.keys(PROFILE).filter((name) => !/^(?:phone|address)/.test(name)),
    'preferred_username',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}
const USER_CLAIMS = Object.values(SCOPES).flat()

/** Gives a user an e-mail address that was proved, and a value for every claim. */
export async function givenProfile(userId: string): Promise<void> {
  await env.DB.prepare(
    'UPDATE users SET profile = ?, email = ?, email_key = ?, email_verified_at = 1 WHERE id = ?',
  )
    .bind(JSON.stringify(PROFILE), 'alice@app.example', 'alice@app.example', userId)
    .run()
}

let alice = ''

/**
 * The modules that the plans Basic, Form Post, Implicit and Hybrid share, asked of one flow. Each title names the module of the
 * OpenID Foundation's suite that asks the same.
 */
export function askModulesOf(flow: Flow): void {
  describe(`The response type ${flow.responseType} by ${flow.responseMode}`, () => {
    beforeEach(async () => {
      ;({ alice } = await givenCast())
      await givenSigningKeys()
      await givenProfile(alice)
    })
    askForRefusals(flow)
    askForTokens(flow)
    askForClaims(flow)
    askForParameters(flow)
    askForSessions(flow)
    if (asksFor(flow, 'id_token')) askForNonce(flow)
    else askWithoutNonce(flow)
    if (bringsAccessToken(flow)) askForUserInfo(flow)
    if (asksFor(flow, 'code')) askForCodes(flow)
  })
}

/** What the client is told that asks for something. */
async function refusalBy(flow: Flow, fields: Fields): Promise<Readonly<Record<string, string>>> {
  return answerAt(await goThrough(await signedIn(alice), requestOf(flow, fields)), flow.responseMode)
}

/** What an ID token in the front channel demands. */
function askForNonce(flow: Flow): void {
  it('demands a nonce (oidcc-ensure-request-without-nonce-fails)', async () => {
    expect(await refusalBy(flow, { nonce: undefined })).toEqual({
      error: 'invalid_request',
      error_description: "No 'nonce' included in the request.",
      state: 'a state',
      iss: ORIGIN,
    })
  })

  it('demands the scope openid', async () => {
    const refused = await refusalBy(flow, { scope: 'read' })
    expect(refused).toMatchObject({ error: 'invalid_request', state: 'a state' })
  })
}

function askWithoutNonce(flow: Flow): void {
  it('needs no nonce (oidcc-ensure-request-without-nonce-succeeds-for-code-flow)', async () => {
    const { claims } = await signInAs(alice, flow, { nonce: undefined })
    expect(claims).not.toHaveProperty('nonce')
  })
}

/** What is refused, and where the refusal goes. */
function askForRefusals(flow: Flow): void {
  const { responseMode } = flow
  const refusalOf = async (fields: Fields) => refusalBy(flow, fields)

  it('shows a page for a redirect URI that is not registered (oidcc-ensure-registered-redirect-uri)', async () => {
    for (const redirect_uri of [
      'https://app.example/cb/',
      'https://app.example/cb?x=1',
      'https://evil.example/cb',
    ]) {
      await expectPage(await send(authorizationUrl(requestOf(flow, { redirect_uri }))), 400, MISMATCH)
    }
  })

  it('shows a page for a wrong redirect URI beside a request object (oidcc-ensure-request-object-with-redirect-uri)', async () => {
    const fields = { redirect_uri: 'https://app.example/wrong', request: unsigned({}) }
    await expectPage(await send(authorizationUrl(requestOf(flow, fields))), 400, MISMATCH)
  })

  it('refuses request objects without a signature (oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported)', async () => {
    const { request_object_signing_alg_values_supported: algorithms } = await json(
      '/.well-known/openid-configuration',
    )
    expect(algorithms).not.toContain('none')
    const refused = await refusalOf({ request: unsigned(requestOf(flow, { state: 'inner' })) })
    expect(refused).toMatchObject({ error: 'request_not_supported', state: 'a state', iss: ORIGIN })
  })

  it('refuses them by address, too (oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported)', async () => {
    const refused = await refusalOf({ request_uri: 'https://app.example/request.jwt' })
    expect(refused).toMatchObject({ error: 'request_uri_not_supported', state: 'a state', iss: ORIGIN })
  })

  it('refuses a client that may not use it', async () => {
    const grants = asksFor(flow, 'code') ? ['implicit'] : ['authorization_code', 'refresh_token']
    await env.DB.prepare('UPDATE clients SET grant_types = ? WHERE client_id = ?')
      .bind(JSON.stringify(grants), 'web')
      .run()
    expect(await refusalOf({})).toMatchObject({ error: 'unauthorized_client', state: 'a state', iss: ORIGIN })
  })

  it('sends a request without a response type back (oidcc-response-type-missing)', async () => {
    const fields = requestOf(flow, { response_type: undefined })
    const visit = await (await signedIn(alice)).visit(authorizationUrl(fields))
    const refused = answerAt(visit, responseMode === 'form_post' ? responseMode : 'query')
    expect(refused).toMatchObject({ error: 'invalid_request', state: 'a state', iss: ORIGIN })
  })

  it('says no for a person who says no', async () => {
    const browser = await signedIn(alice)
    const page = await browser.visit(authorizationUrl(requestOf(flow)))
    const denied = answerAt(await browser.submit(page, '/oauth2/authorize/confirm', []), responseMode)
    expect(denied).toEqual({
      error: 'access_denied',
      error_description: 'The user denied the request.',
      state: 'a state',
      iss: ORIGIN,
    })
  })
}

function askForTokens(flow: Flow): void {
  it('brings everything that it names, each hash right (oidcc-server)', async () => {
    const { accessToken, answer, claims } = await signInAs(alice, flow)
    expect(claims).toMatchObject({ sub: alice, aud: 'web', iss: ORIGIN })
    for (const name of USER_CLAIMS) expect(claims).not.toHaveProperty(name)
    // Base64url: at least 128 bits that nobody can guess.
    expect((answer['code'] ?? '').length > 22).toBe(asksFor(flow, 'code'))
    expect(Number(answer['expires_in'] ?? 0) > 0).toBe(asksFor(flow, 'token'))
    expect(accessToken === null ? claims : await userInfo(accessToken)).toHaveProperty('sub', alice)
  })

  it('signs by RS256 with the key that the header names, and never by none (oidcc-idtoken-signature, oidcc-idtoken-unsigned)', async () => {
    const { id_token_signing_alg_values_supported: algorithms } = await json(
      '/.well-known/openid-configuration',
    )
    expect(algorithms).not.toContain('none')
    const { idTokens } = await signInAs(alice, flow)
    for (const { header } of idTokens) {
      expect(header).toMatchObject({ alg: 'RS256', kid: expect.stringMatching(/./) as string })
    }
  })

  it.each(['ES256', 'EdDSA'])('hashes as %s does for a client that registered it', async (algorithm) => {
    await env.DB.prepare('UPDATE clients SET metadata = ? WHERE client_id = ?')
      .bind(JSON.stringify({ id_token_signed_response_alg: algorithm }), 'web')
      .run()
    expect((await signInAs(alice, flow)).header.alg).toBe(algorithm)
  })
}

function askForUserInfo(flow: Flow): void {
  it('lets UserInfo be asked in each way (oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body)', async () => {
    const { accessToken, claims } = await signInAs(alice, flow)
    const header = { Authorization: `Bearer ${accessToken}` }
    for (const response of [
      await send('/oauth2/userinfo', { headers: header }),
      await send('/oauth2/userinfo', { method: 'POST', headers: header }),
      await post('/oauth2/userinfo', { access_token: accessToken ?? '' }),
    ]) {
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ sub: claims.sub })
    }
  })
}

function askForClaims(flow: Flow): void {
  it.each([...Object.keys(SCOPES), 'profile email address phone'])(
    'releases the claims of the scope %s where they belong (oidcc-scope-profile, oidcc-scope-email, oidcc-scope-address, oidcc-scope-phone, oidcc-scope-all)',
    async (scope) => {
      const wanted = scope.split(' ').flatMap((name) => SCOPES[name] ?? [])
      const { accessToken, claims } = await signInAs(alice, flow, { scope: `openid ${scope}` })
      const released = Object.keys(claims).filter((name) => USER_CLAIMS.includes(name))
      // Core 5.4: in the ID token only where nothing else could bring them.
      expect(released.toSorted()).toEqual(accessToken === null ? wanted.toSorted() : [])
      const source = accessToken === null ? claims : await userInfo(accessToken)
      expect(Object.keys(source)).toEqual(expect.arrayContaining([...wanted]))
      expect({ ...PROFILE, ...source }).toEqual({ ...source, ...PROFILE })
    },
  )

  it('releases a claim that is asked for by name (oidcc-claims-essential)', async () => {
    const place = bringsAccessToken(flow) ? 'userinfo' : 'id_token'
    const asked = { claims: JSON.stringify({ [place]: { name: { essential: true } } }) }
    const { accessToken, claims } = await signInAs(alice, flow, asked)
    const source = accessToken === null ? claims : await userInfo(accessToken)
    expect(source['name']).toBe(PROFILE.name)
    expect(source).not.toHaveProperty('given_name')
    expect('name' in claims).toBe(accessToken === null)
  })
}

function askForParameters(flow: Flow): void {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-login-hint', { login_hint: 'alice' }],
    ['oidcc-ui-locales', { ui_locales: 'se de' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
  ])('takes a request whatever else it has (%s)', async (_, fields) => {
    expect((await signInAs(alice, flow, fields)).claims.sub).toBe(alice)
  })

  it('says which level was reached if it is asked (oidcc-ensure-request-with-acr-values-succeeds)', async () => {
    const { acr_values_supported: levels } = await json('/.well-known/openid-configuration')
    const acr_values = (levels as string[]).join(' ')
    expect(levels).toContain((await signInAs(alice, flow, { acr_values })).claims['acr'])
  })

  it('takes parts, scopes and parameters in any order (oidcc-alternate-happy-flow)', async () => {
    const fields = requestOf(flow, {
      scope: 'email openid',
      response_type: flow.responseType.split(' ').toReversed().join(' '),
    })
    const query = new URLSearchParams(Object.entries(authorizationForm(fields)).toReversed())
    const browser = await signedIn(alice)
    const visit = await settle(browser, await browser.visit(`/oauth2/authorize?${query.toString()}`), fields)
    expect((await collect(flow, answerAt(visit, flow.responseMode), fields)).claims.sub).toBe(alice)
  })

  it('may be asked by a form of another site (oidcc-ensure-post-request-succeeds)', async () => {
    const fields = requestOf(flow)
    const browser = openBrowser()
    const form = { ...authorizationForm(fields) }
    const response = await browser.post('/oauth2/authorize', form)
    const page = await browser.visit(response.headers.get('Location') ?? '')
    const answer = answerAt(await settle(browser, page, fields), flow.responseMode)
    expect((await collect(flow, answer, fields)).claims.sub).toBe(alice)
  })

  it('carries a state of 128 characters unharmed', async () => {
    const state = 'aZ09-._~'.repeat(16)
    const visit = await goThrough(await signedIn(alice), requestOf(flow, { state }))
    expect(answerAt(visit, flow.responseMode)['state']).toBe(state)
  })
}

function askForSessions(flow: Flow): void {
  it('has the password given again for prompt=login, at a later time (oidcc-prompt-login)', async () => {
    const browser = openBrowser()
    const first = await signInWith(flow, browser)
    travel(60)
    const page = await browser.visit(authorizationUrl(requestOf(flow, { prompt: 'login' })))
    expect(page.path).toMatch(/^\/login\?/)
    const second = await signInWith(flow, browser, { prompt: 'login' })
    expect(second.claims.sub).toBe(first.claims.sub)
    expect(Number(second.claims['auth_time'])).toBeGreaterThanOrEqual(Number(first.claims['auth_time']) + 60)
  })

  it('has the password given again after max_age=1, at a later time (oidcc-max-age-1)', async () => {
    const browser = openBrowser()
    const first = await signInWith(flow, browser)
    travel(2)
    const page = await browser.visit(authorizationUrl(requestOf(flow, { max_age: '1' })))
    expect(page.path).toMatch(/^\/login\?/)
    const second = await signInWith(flow, browser, { max_age: '1' })
    expect(Number(second.claims['auth_time'])).toBeGreaterThan(Number(first.claims['auth_time']))
    expect(Number(second.claims['auth_time'])).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) - 1)
  })

  it('asks for nothing within max_age=10000 (oidcc-max-age-10000)', async () => {
    const browser = openBrowser()
    const first = await signInWith(flow, browser, { max_age: '15000' })
    travel(2)
    const quiet = await browser.visit(authorizationUrl(requestOf(flow, { max_age: '10000', prompt: 'none' })))
    const second = await collect(flow, answerAt(quiet, flow.responseMode), requestOf(flow))
    expect(second.claims['auth_time']).toBe(first.claims['auth_time'])
    expect(first.claims['auth_time']).toBeTypeOf('number')
  })

  it('shows nobody a page for prompt=none (oidcc-prompt-none-not-logged-in)', async () => {
    const visit = await openBrowser().visit(authorizationUrl(requestOf(flow, { prompt: 'none' })))
    expect(answerAt(visit, flow.responseMode)).toMatchObject({
      error: 'login_required',
      state: 'a state',
      iss: ORIGIN,
    })
  })

  it('answers prompt=none at once for the same person and sign-in (oidcc-prompt-none-logged-in, oidcc-id-token-hint)', async () => {
    const browser = openBrowser()
    const first = await signInWith(flow, browser)
    travel(30)
    for (const hint of [{}, { id_token_hint: first.idToken }]) {
      const fields = requestOf(flow, { prompt: 'none', ...hint })
      const visit = await browser.visit(authorizationUrl(fields))
      const second = await collect(flow, answerAt(visit, flow.responseMode), fields)
      expect([second.claims.sub, second.claims['auth_time'], second.claims['sid']]).toEqual([
        first.claims.sub,
        first.claims['auth_time'],
        first.claims['sid'],
      ])
    }
  })
}

function askForCodes(flow: Flow): void {
  it.each([0, 30])(
    'takes a code once: its second use, %i seconds later, ends what the first brought (oidcc-codereuse, oidcc-codereuse-30seconds)',
    async (seconds) => {
      const { accessToken, answer } = await signInAs(alice, flow)
      if (seconds > 0) travel(seconds)
      expect(await redeem(answer['code'] ?? '')).toMatchObject({ status: 400, error: 'invalid_grant' })
      const ended = await send('/oauth2/userinfo', { headers: { Authorization: `Bearer ${accessToken}` } })
      expect(ended.status).toBe(401)
    },
  )

  it('takes the secret in the header and in the body (oidcc-server, oidcc-server-client-secret-post)', async () => {
    const browser = await signedIn(alice)
    const codeOf = async (): Promise<string> =>
      answerAt(await goThrough(browser, requestOf(flow)), flow.responseMode)['code'] ?? ''
    const form = async () => ({
      grant_type: 'authorization_code',
      code: await codeOf(),
      redirect_uri: 'https://app.example/cb',
    })
    const byHeader = await answerOf(await post('/oauth2/token', await form(), basic('web')))
    const byBody = await answerOf(
      await post('/oauth2/token', { ...(await form()), client_id: 'web', client_secret: SECRET }),
    )
    for (const answer of [byHeader, byBody]) {
      expect(answer).toMatchObject({ status: 200, id_token: expect.any(String) as string })
    }
  })

  it('refreshes for its own client alone, with and without a scope (oidcc-refresh-token)', async () => {
    const fields = requestOf(flow, { scope: 'openid offline_access', prompt: 'consent' })
    const browser = await signedIn(alice)
    const answer = answerAt(await goThrough(browser, fields), flow.responseMode)
    const first = await redeem(answer['code'] ?? '')
    const ask = async (token: unknown, client: string, more = {}) =>
      answerOf(
        await post(
          '/oauth2/token',
          { grant_type: 'refresh_token', refresh_token: String(token), ...more },
          basic(client),
        ),
      )
    expect(await ask(first.refresh_token, 'other')).toMatchObject({ status: 400, error: 'invalid_grant' })
    const second = await ask(first.refresh_token, 'web')
    const third = await ask(second.refresh_token, 'web', { scope: 'openid' })
    for (const refreshed of [second, third]) {
      expect(refreshed).toMatchObject({ status: 200, token_type: 'Bearer' })
      expect(refreshed.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  it('takes PKCE where it is used, and the right verifier alone (oidcc-ensure-request-with-valid-pkce-succeeds)', async () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const fields = requestOf(flow, {
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const { code = '' } = answerAt(await goThrough(await signedIn(alice), fields), flow.responseMode)
    for (const code_verifier of [undefined, `${verifier.slice(0, -1)}x`]) {
      expect(await redeem(code, { code_verifier })).toMatchObject({ status: 400, error: 'invalid_grant' })
    }
    expect(await redeem(code, { code_verifier: verifier })).toMatchObject({ status: 200 })
  })
}

/** A request object that anybody could have made. */
function unsigned(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: object): string =>
    btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return `${part({ alg: 'none' })}.${part({ client_id: 'web', ...claims })}.`
}
