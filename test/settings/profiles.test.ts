import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ALL_SETTINGS } from '../../scripts/all-settings.ts'
import { PROFILES } from '../../src/settings/profiles.ts'
import { parseSetting, parseSettings } from '../../src/settings/settings.ts'
import { givenStaff } from '../admin/support.ts'
import { givenCast, givenClient, PASSWORD } from '../support/fixture.ts'
import {
  answerIn,
  authorizationUrl,
  authorize,
  codeIn,
  expectPage,
  givenCode,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { answerOf, ORIGIN, post, refresh, send, token, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { metadataOf, OPEN, registerClient } from '../support/registration.ts'
import { assertionOf, givenSigner, signedBy, tokenBy } from '../support/signer.ts'
import { travel } from '../support/time.ts'
import { givenAdminToken } from '../support/tokens.ts'

const KEY = 'kX7-of-the-profile-tests-0wZq9bTn'
/** The profile, with nothing beside it that wrangler.toml would set. */
const VARS = {
  OAUTH_PROFILE: 'oauth2.1',
  OAUTH_EXPIRE_DELTA: '',
  OAUTH_EXPIRE_DELTA_PUBLIC: '',
  // The tests' own Worker turns it off; a test of its own turns it on.
  OAUTH_ENFORCE_SECURE: 'false',
} as const

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

const metadata = async (vars = {}): Promise<Readonly<Record<string, unknown>>> =>
  (await send('/.well-known/oauth-authorization-server', {}, vars)).json()

/** The error that a client is told for an authorization request. */
async function refusalOf(fields: Readonly<Record<string, string | undefined>>): Promise<unknown> {
  const browser = await signedIn(alice, VARS)
  return answerIn(await browser.visit(authorizationUrl({ nonce: 'a nonce', ...PKCE, ...fields })))['error']
}

describe('OAUTH_PROFILE=oauth2.1', () => {
  must('draft-ietf-oauth-v2-1', '10.1', 'answers no response type that brings an access token', async () => {
    for (const response_type of ['token', 'id_token token', 'code token', 'code id_token token']) {
      expect(await refusalOf({ response_type, scope: 'openid' })).toBe('unsupported_response_type')
    }
    expect(await metadata(VARS)).toMatchObject({ response_types_supported: ['code'] })
  })

  must(
    'draft-ietf-oauth-v2-1',
    '10.1',
    'lets a setting bring back the response types without an access token',
    async () => {
      const vars = { ...VARS, OAUTH_RESPONSE_TYPE_CHOICES: 'code id_token code+id_token' }
      expect(await metadata(vars)).toMatchObject({
        response_types_supported: ['code', 'id_token', 'code id_token'],
        grant_types_supported: expect.arrayContaining(['authorization_code', 'implicit']) as unknown,
      })
      const browser = await signedIn(alice, vars)
      const fields = { response_type: 'id_token', scope: 'openid', nonce: 'a nonce' }
      expect(answerIn(await authorize(browser, fields))).toHaveProperty('id_token')
    },
  )

  must(
    'draft-ietf-oauth-v2-1',
    '1.8',
    'has no password grant, and metadata does not speak of it',
    async () => {
      expect(await tokensOf({}, VARS)).toMatchObject({ status: 400, error: 'unsupported_grant_type' })
      const grantTypes = (await metadata(VARS))['grant_types_supported']
      expect(grantTypes).toEqual(expect.arrayContaining(['authorization_code', 'refresh_token']))
      for (const name of ['password', 'implicit']) expect(grantTypes).not.toContain(name)
      expect((await metadata())['grant_types_supported']).toEqual(
        expect.arrayContaining(['password', 'implicit']),
      )
    },
  )

  must(
    'draft-ietf-oauth-v2-1',
    '4.1.1',
    'demands PKCE of every client, also of one that was made without',
    async () => {
      expect(await refusalOf({ code_challenge: undefined, code_challenge_method: undefined })).toBe(
        'invalid_request',
      )
      expect(await refusalOf({ code_challenge_method: 'plain' })).toBe('invalid_request')
      const code = await givenCode(alice, PKCE, VARS)
      expect(await redeem(code, {}, VARS)).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect(await redeem(code, { code_verifier: VERIFIER }, VARS)).toMatchObject({ status: 200 })
    },
  )

  must(
    'draft-ietf-oauth-v2-1',
    '1.5',
    'sends no answer to plain http, however the address was registered',
    async () => {
      const uri = 'http://intranet.example/cb'
      await givenClient('intranet', { redirectUris: [uri] })
      const path = authorizationUrl({ client_id: 'intranet', redirect_uri: uri, ...PKCE })
      await expectPage(await send(path, {}, VARS), 400, 'The redirect URI must use https.')
      // Without the profile it may go on.
      expect((await send(path)).status).toBe(303)
    },
  )

  must(
    'draft-ietf-oauth-v2-1',
    '8.4.2',
    'sends answers to an app on the device of the user, at any port',
    async () => {
      await givenClient('app', { redirectUris: ['http://127.0.0.1/cb'] })
      const fields = { client_id: 'app', redirect_uri: 'http://127.0.0.1:51004/cb', ...PKCE }
      expect(codeIn(await authorize(await signedIn(alice, VARS), fields))).toMatch(/^ac_/)
    },
  )

  must('draft-ietf-oauth-v2-1', '2.3', 'compares redirect URIs as a whole', async () => {
    for (const redirect_uri of [
      'https://app.example/cb/',
      'https://app.example/cb?x=1',
      'https://APP.example/cb',
    ]) {
      const response = await send(authorizationUrl({ redirect_uri, ...PKCE }), {}, VARS)
      expect([response.status, response.headers.get('Location')]).toEqual([400, null])
    }
  })

  must(
    'draft-ietf-oauth-v2-1',
    '4.3.1',
    'replaces a refresh token each time, and ends the grant where an old one comes late',
    async () => {
      const code = await givenCode(alice, PKCE, VARS)
      const first = await redeem(code, { code_verifier: VERIFIER }, VARS)
      const second = await refresh(first.refresh_token ?? '', {}, VARS)
      expect(second.refresh_token).not.toBe(first.refresh_token)
      travel(60)
      expect(await refresh(first.refresh_token ?? '', {}, VARS)).toMatchObject({ error: 'invalid_grant' })
      expect(await refresh(second.refresh_token ?? '', {}, VARS)).toMatchObject({ error: 'invalid_grant' })
    },
  )

  it('lets access tokens live an hour, those of public clients a quarter, codes a minute', async () => {
    const service = await token({ client_id: 'service', grant_type: 'client_credentials' }, VARS)
    expect(service.expires_in).toBe(3600)
    const fields = { ...PKCE, client_id: 'native' }
    const redeeming = { client_id: 'native', code_verifier: VERIFIER }
    expect((await redeem(await givenCode(alice, fields, VARS), redeeming, VARS)).expires_in).toBe(900)
    const late = await givenCode(alice, fields, VARS)
    travel(61)
    expect(await redeem(late, redeeming, VARS)).toMatchObject({ error: 'invalid_grant' })
  })

  it('lets a refresh token live 30 days', async () => {
    const first = await redeem(await givenCode(alice, PKCE, VARS), { code_verifier: VERIFIER }, VARS)
    travel(29 * 86_400)
    const second = await refresh(first.refresh_token ?? '', {}, VARS)
    expect(second.status).toBe(200)
    travel(31 * 86_400)
    expect(await refresh(second.refresh_token ?? '', {}, VARS)).toMatchObject({ error: 'invalid_grant' })
  })

  must('draft-ietf-oauth-v2-1', '1.5', 'answers nothing over plain http', async () => {
    const vars = { ...VARS, OAUTH_ENFORCE_SECURE: '' }
    const url = 'http://id.example/oauth2/token'
    expect(await answerOf(await post(url, { grant_type: 'client_credentials' }, {}, vars))).toMatchObject({
      status: 400,
      error_description: 'A secure connection is required.',
    })
    expect(
      (await send('http://id.example/healthz', {}, { ...vars, OAUTH_ENFORCE_SECURE: 'false' })).status,
    ).toBe(200)
  })

  must('RFC 7523bis', '8', 'takes no assertion that is addressed to the token endpoint', async () => {
    const signer = await givenSigner()
    const wrong = await assertionOf(signer, { aud: `${ORIGIN}/oauth2/token` })
    expect(await tokenBy(signedBy(wrong), VARS)).toMatchObject({ error: 'invalid_client' })
    expect(await tokenBy(signedBy(await assertionOf(signer)), VARS)).toMatchObject({ status: 200 })
  })

  it('gives what is set before what it sets itself', async () => {
    const vars = { ...VARS, OAUTH_EXPIRE_DELTA: '7200' }
    const service = await token({ client_id: 'service', grant_type: 'client_credentials' }, vars)
    expect(service.expires_in).toBe(7200)
    const env = { OAUTH_PROFILE: 'oauth2.1', SECRET_KEY: KEY }
    expect(parseSettings(env, { expireCodeDelta: 30 })).toMatchObject({
      expireCodeDelta: 30,
      requirePkce: true,
    })
    expect(parseSettings({ SECRET_KEY: KEY }, { profile: 'oauth2.1' }).passwordGrant).toBe(false)
    expect(parseSetting('passwordGrant', env)).toBe(false)
  })
})

describe('a setting that the profile rules out', () => {
  it.each([
    ['OAUTH_RESPONSE_TYPE_CHOICES', 'code token', '(10.1)'],
    ['OAUTH_RESPONSE_TYPE_CHOICES', 'code code+id_token+token', '(10.1)'],
    ['OAUTH_PASSWORD_GRANT', 'true', '(1.8)'],
    ['OAUTH_REQUIRE_PKCE', 'false', '(4.1.1)'],
    ['OAUTH_SECURE_REDIRECTS', 'false', '(1.5)'],
    ['OAUTH_ALLOW_HTTP_REDIRECTS', 'intranet.example', '(1.5)'],
    ['OAUTH_ASSERTION_AUDIENCES', 'issuer token_endpoint', '(RFC 7523bis)'],
  ])('%s=%s stops every request; the log names both settings', async (variable, value, section) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const response = await send('/oauth2/token', { method: 'POST' }, { ...VARS, [variable]: value })
    const line = String(logged.mock.calls[0]?.[0])
    logged.mockRestore()
    expect(response.status).toBe(500)
    expect(line).toContain(`configuration error: ${variable}: holds `)
    expect(line).toContain('OAUTH_PROFILE=oauth2.1 does not allow')
    expect(line).toContain(section)
    // The same value is fine where no profile rules it out.
    expect((await send('/healthz', {}, { [variable]: value })).status).toBe(200)
  })

  it('has a test above for each rule', () => {
    expect(PROFILES['oauth2.1'].forbids.map(({ variable }) => variable).toSorted()).toEqual([
      'OAUTH_ALLOW_HTTP_REDIRECTS',
      'OAUTH_ASSERTION_AUDIENCES',
      'OAUTH_PASSWORD_GRANT',
      'OAUTH_REQUIRE_PKCE',
      'OAUTH_RESPONSE_TYPE_CHOICES',
      'OAUTH_SECURE_REDIRECTS',
    ])
  })
})

describe('a profile', () => {
  it('names only variables that there are, with values that they take', () => {
    const rows = Object.values(ALL_SETTINGS)
    for (const { defaults, forbids } of Object.values(PROFILES)) {
      for (const variable of [...Object.keys(defaults), ...forbids.map((rule) => rule.variable)]) {
        expect(rows.map((row) => row.variable)).toContain(variable)
      }
      for (const [variable, value] of Object.entries(defaults)) {
        const row = rows.find((candidate) => candidate.variable === variable)
        const parsed: unknown = row?.parse(value)
        expect(parsed).toBeDefined()
        for (const rule of forbids.filter((each) => each.variable === variable))
          expect(rule.isForbidden(parsed)).toBe(false)
      }
    }
  })

  it('changes nothing if it is compat', async () => {
    expect(await metadata({ OAUTH_PROFILE: 'compat' })).toEqual(await metadata())
    expect((await tokensOf({ password: PASSWORD }, { OAUTH_PROFILE: 'compat' })).status).toBe(200)
  })
})

describe('Grant types that the profile turns off', () => {
  it('are not on the form of the panel, but stay with who has them', async () => {
    const { browser } = await givenStaff(VARS)
    const { text } = await browser.visit('/admin/clients/new')
    expect(text).toContain('value="authorization_code"')
    expect(text).not.toMatch(/name="grant_types" value="(?:password|implicit)"/)
    const own = await browser.visit('/admin/clients/edit?id=web')
    expect(own.text).toMatch(/name="grant_types" value="password"/)
  })

  it('are given to no client by the API', async () => {
    const { id } = await givenStaff(VARS)
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    const admin = await givenAdminToken(id)
    const create = async (grant: string) =>
      send(
        '/admin/api/clients',
        {
          method: 'POST',
          headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({
            name: 'App',
            redirect_uris: ['https://app.example/cb'],
            grant_types: ['authorization_code', grant],
          }),
        },
        VARS,
      )
    for (const [grant, variable] of [
      ['password', 'OAUTH_PASSWORD_GRANT'],
      ['implicit', 'OAUTH_RESPONSE_TYPE_CHOICES'],
    ] as const) {
      const refused = await create(grant)
      expect(refused.status).toBe(400)
      expect(await refused.json()).toMatchObject({
        problems: [{ field: 'grant_types', message: `${variable} turns the grant type ${grant} off.` }],
      })
    }
    expect((await create('refresh_token')).status).toBe(201)
  })

  it('are left out where a client registers itself with them', async () => {
    const grant_types = ['authorization_code', 'implicit', 'password']
    const registered = await registerClient(metadataOf({ grant_types }), { ...VARS, ...OPEN })
    expect(registered).toMatchObject({ grant_types: ['authorization_code'] })
  })
})
