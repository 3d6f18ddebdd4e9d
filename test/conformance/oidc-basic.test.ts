import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/crypto/bytes.ts'
import { toBase64url } from '../../src/crypto/bytes.ts'
import { openBrowser } from '../support/browser.ts'
import { givenCast, givenClient, PASSWORD } from '../support/fixture.ts'
import { answerIn, authorizationUrl, authorize, givenCode, redeem, signedIn } from '../support/flow.ts'
import { answerOf, ORIGIN, post, send } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { givenProfile, PROFILE } from '../support/oidc-modules.ts'
import { json, userInfo, verifyIdToken } from '../support/openid.ts'

let alice: string
let bob: string

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  await givenProfile(alice)
})

async function signIn(fields: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const request = { scope: 'openid', nonce: 'n-0S6_WzA2Mj', ...fields }
  const body = await redeem(await givenCode(alice, request))
  expect(body.status).toBe(200)
  return body
}

describe('Signing in with a code', () => {
  must(
    'OpenID Connect Core',
    '3.1.3.3',
    'answers a code with an ID token that any client can verify',
    async () => {
      const { access_token, id_token } = await signIn()
      const { claims, header } = await verifyIdToken(id_token)
      expect(header).toEqual({ alg: 'RS256', kid: expect.any(String) as string, typ: 'JWT' })
      expect(claims).toMatchObject({ iss: ORIGIN, sub: alice, aud: 'web', nonce: 'n-0S6_WzA2Mj' })
      expect(claims).toHaveProperty('auth_time')
      expect(claims).toHaveProperty('sid')
      const hash = await sha256(String(access_token))
      expect(claims['at_hash']).toBe(toBase64url(hash.slice(0, 16)))
      expect(claims).not.toHaveProperty('name')
      expect(claims).not.toHaveProperty('email')
      expect(claims).not.toHaveProperty('azp')
    },
  )

  it('never names the session by what opens it', async () => {
    const { id_token } = await signIn()
    const { claims } = await verifyIdToken(id_token)
    const { results } = await env.DB.prepare('SELECT id FROM sessions').all<{ id: string }>()
    expect(results.map(({ id }) => id)).not.toContain(claims['sid'])
  })

  must(
    'OpenID Connect Core',
    '3.1.2.1',
    'returns a code to a request without a nonce, and an ID token without one',
    async () => {
      const body = await redeem(await givenCode(alice, { scope: 'openid' }))
      expect((await verifyIdToken(body['id_token'])).claims).not.toHaveProperty('nonce')
    },
  )

  it.each([43, 64, 384])('carries a nonce of %i characters unharmed', async (length) => {
    const nonce = '~._-aZ9'.repeat(60).slice(0, length)
    const body = await redeem(await givenCode(alice, { scope: 'openid', nonce }))
    expect((await verifyIdToken(body['id_token'])).claims['nonce']).toBe(nonce)
  })

  it('issues no ID token without the scope openid', async () => {
    const body = await redeem(await givenCode(alice, { scope: 'read', nonce: 'n' }))
    expect(body).not.toHaveProperty('id_token')
  })

  it.each([
    ['ES256', 'ES256'],
    ['EdDSA', 'EdDSA'],
  ])('signs ID tokens by %s for clients that registered it', async (algorithm) => {
    await env.DB.prepare('UPDATE clients SET metadata = ? WHERE client_id = ?')
      .bind(JSON.stringify({ id_token_signed_response_alg: algorithm }), 'web')
      .run()
    const { id_token } = await signIn()
    expect((await verifyIdToken(id_token)).header.alg).toBe(algorithm)
  })

  must('OpenID Connect Core', '12.2', 'refreshes to an ID token of the same user and sign-in', async () => {
    const first = await signIn({ scope: 'openid read' })
    const before = (await verifyIdToken(first['id_token'])).claims
    const refreshed = await answerOf(
      await post('/oauth2/token', {
        grant_type: 'refresh_token',
        refresh_token: String(first['refresh_token']),
        client_id: 'web',
        client_secret: 'the-secret-of-a-client',
      }),
    )
    expect(refreshed.status).toBe(200)
    const after = (await verifyIdToken(refreshed['id_token'])).claims
    for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid']) expect(after[name]).toEqual(before[name])
  })

  it('gives the password grant an ID token, too', async () => {
    const body = await answerOf(
      await post('/oauth2/token', {
        grant_type: 'password',
        username: 'alice',
        password: PASSWORD,
        scope: 'openid',
        client_id: 'web',
        client_secret: 'the-secret-of-a-client',
      }),
    )
    expect((await verifyIdToken(body['id_token'])).claims['sub']).toBe(alice)
  })

  it('asks the client for one of the levels that there are', async () => {
    const { id_token } = await signIn({ acr_values: '2 1' })
    expect((await verifyIdToken(id_token)).claims['acr']).toBe('1')
  })
})

describe('UserInfo', () => {
  must('OpenID Connect Core', '5.3', 'answers GET, POST with a header and POST with a form', async () => {
    const { access_token } = await signIn()
    const token = String(access_token)
    const header = { Authorization: `Bearer ${token}` }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const init of [
      { headers: header },
      { method: 'POST', headers: header },
      { method: 'POST', headers: { ...header, ...form }, body: '' },
      { method: 'POST', headers: form, body: new URLSearchParams({ access_token: token }).toString() },
    ]) {
      const response = await send('/oauth2/userinfo', init)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ sub: alice })
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  it('refuses a token in the header and in the form at once, in the URL, and none at all', async () => {
    const { access_token } = await signIn()
    const token = String(access_token)
    const both = await send('/oauth2/userinfo', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ access_token: token }).toString(),
    })
    expect(both.status).toBe(400)
    expect((await send(`/oauth2/userinfo?access_token=${token}`)).status).toBe(401)
    const none = await send('/oauth2/userinfo')
    expect(none.status).toBe(401)
    expect(none.headers.get('WWW-Authenticate')).toMatch(/^Bearer /)
    expect((await send('/oauth2/userinfo', { headers: { Authorization: 'Bearer x' } })).status).toBe(401)
  })

  threat(109, 'refuses a token that lacks the scope openid, and one that was revoked', async () => {
    const plain = await redeem(await givenCode(alice, { scope: 'read' }))
    const refused = await send('/oauth2/userinfo', {
      headers: { Authorization: `Bearer ${plain['access_token']}` },
    })
    expect(refused.status).toBe(403)
    const { access_token } = await signIn()
    await post('/oauth2/revoke', {
      token: String(access_token),
      client_id: 'web',
      client_secret: 'the-secret-of-a-client',
    })
    const revoked = await send('/oauth2/userinfo', {
      headers: { Authorization: `Bearer ${String(access_token)}` },
    })
    expect(revoked.status).toBe(401)
  })

  must('OpenID Connect Core', '5.4', 'releases the claims of each scope, and of no other', async () => {
    const all = { ...PROFILE, preferred_username: 'alice', email: 'alice@app.example', email_verified: true }
    const expected: Readonly<Record<string, readonly string[]>> = {
      profile: Object.keys(PROFILE)
        .filter((name) => !/^(phone|address)/.test(name))
        .concat('preferred_username', 'updated_at'),
      email: ['email', 'email_verified'],
      address: ['address'],
      phone: ['phone_number', 'phone_number_verified'],
    }
    for (const [scope, names] of Object.entries(expected)) {
      const { access_token, id_token } = await signIn({ scope: `openid ${scope}` })
      const claims = await userInfo(access_token)
      expect(Object.keys(claims).toSorted()).toEqual(['sub', ...names].toSorted())
      expect({ ...all, sub: alice, updated_at: claims['updated_at'] }).toMatchObject(claims)
      const { claims: inToken } = await verifyIdToken(id_token)
      for (const name of names) expect(inToken).not.toHaveProperty(name)
    }
  })

  must(
    'OpenID Connect Core',
    '5.5',
    'releases what the parameter claims asks for, where it asks for it',
    async () => {
      const claims = JSON.stringify({
        userinfo: { name: { essential: true }, email: null },
        id_token: { nickname: null, auth_time: { essential: true } },
      })
      const { access_token, id_token } = await signIn({ claims })
      expect(await userInfo(access_token)).toEqual({
        sub: alice,
        name: 'Alice Liddell',
        email: 'alice@app.example',
      })
      const { claims: inToken } = await verifyIdToken(id_token)
      expect(inToken).toMatchObject({ nickname: 'Al' })
      expect(inToken).not.toHaveProperty('name')
    },
  )

  must('OpenID Connect Core', '5.3.2', 'signs its answer for clients that registered it', async () => {
    await env.DB.prepare('UPDATE clients SET metadata = ? WHERE client_id = ?')
      .bind(JSON.stringify({ userinfo_signed_response_alg: 'RS256' }), 'web')
      .run()
    const { access_token } = await signIn({ scope: 'openid email' })
    const response = await send('/oauth2/userinfo', {
      headers: { Authorization: `Bearer ${String(access_token)}` },
    })
    expect(response.headers.get('Content-Type')).toBe('application/jwt')
    const text = await response.text()
    const { claims } = await verifyIdToken(text).catch(async () => ({ claims: readClaims(text) }))
    expect(claims).toMatchObject({ iss: ORIGIN, aud: 'web', sub: alice, email: 'alice@app.example' })
    expect(claims).not.toHaveProperty('nonce')
  })
})

function readClaims(jwt: string): Record<string, unknown> {
  return JSON.parse(atob((jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as Record<
    string,
    unknown
  >
}

describe('What an authentication request may ask', () => {
  const refusalOf = async (fields: Record<string, string>, userId = alice): Promise<string | undefined> =>
    answerIn(await (await signedIn(userId)).visit(authorizationUrl({ scope: 'openid', ...fields })))['error']

  it.each([
    ['claims', 'x'],
    ['claims', '[]'],
    ['claims', '{"id_token":[]}'],
    ['id_token_hint', 'x'],
    ['id_token_hint', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'],
    ['registration', '{}', 'registration_not_supported'],
    ['claims', '{"id_token":{"acr":{"essential":true,"value":"9"}}}', 'access_denied'],
  ])('is refused where %s is %s', async (name, value, error = 'invalid_request') => {
    expect(await refusalOf({ [name]: value })).toBe(error)
  })

  must(
    'OpenID Connect Core',
    '3.1.2.6',
    'answers prompt=none with an error where somebody must act',
    async () => {
      const nobody = await openBrowser().visit(authorizationUrl({ scope: 'openid', prompt: 'none' }))
      expect(answerIn(nobody)).toMatchObject({ error: 'login_required', state: 'a state', iss: ORIGIN })
      expect(await refusalOf({ prompt: 'none' })).toBe('consent_required')
      expect(await refusalOf({ prompt: 'none login' })).toBe('invalid_request')
    },
  )

  must(
    'OpenID Connect Core',
    '3.1.2.1',
    'answers prompt=none with the same user and sign-in, and honours a hint',
    async () => {
      const browser = await signedIn(alice)
      const first = await redeem(answerIn(await authorize(browser, { scope: 'openid' }))['code'] ?? '')
      const before = (await verifyIdToken(first['id_token'])).claims
      const again = await browser.visit(
        authorizationUrl({ scope: 'openid', prompt: 'none', id_token_hint: String(first['id_token']) }),
      )
      const second = await redeem(answerIn(again)['code'] ?? '')
      const after = (await verifyIdToken(second['id_token'])).claims
      expect([after.sub, after['auth_time']]).toEqual([before.sub, before['auth_time']])
      const hint = { prompt: 'none', id_token_hint: String(first['id_token']) }
      await authorize(await signedIn(bob), { scope: 'openid' })
      expect(await refusalOf(hint, bob)).toBe('login_required')
    },
  )

  it('must name the redirect URI, though the client has one alone', async () => {
    const visit = await (
      await signedIn(alice)
    ).visit(authorizationUrl({ scope: 'openid', redirect_uri: undefined }))
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_request' })
  })

  it('is answered whatever display, ui_locales, claims_locales and unknown parameters it has', async () => {
    const more = {
      display: 'popup',
      ui_locales: 'se',
      claims_locales: 'se',
      login_hint: 'alice',
      extra: 'foobar',
    }
    expect(answerIn(await authorize(await signedIn(alice), { scope: 'openid', ...more }))).toHaveProperty(
      'code',
    )
  })

  it('has a pairwise subject where the client wants one, the same at UserInfo', async () => {
    await givenClient('pair', { metadata: JSON.stringify({ subject_type: 'pairwise' }) })
    const body = await redeem(await givenCode(alice, { scope: 'openid', client_id: 'pair' }), {
      client_id: 'pair',
    })
    const { claims } = await verifyIdToken(body['id_token'], 'pair')
    expect(claims.sub).not.toBe(alice)
    expect((await userInfo(body['access_token']))['sub']).toBe(claims.sub)
  })
})

describe('Discovery', () => {
  must(
    'OpenID Connect Discovery',
    '3',
    'names what there is, at https, with RS256 and the issuer of its own address',
    async () => {
      const metadata = await json('/.well-known/openid-configuration')
      expect(metadata).toMatchObject({
        issuer: ORIGIN,
        authorization_endpoint: `${ORIGIN}/oauth2/authorize`,
        token_endpoint: `${ORIGIN}/oauth2/token`,
        userinfo_endpoint: `${ORIGIN}/oauth2/userinfo`,
        jwks_uri: `${ORIGIN}/oauth2/jwks`,
        subject_types_supported: ['public', 'pairwise'],
        claims_parameter_supported: true,
      })
      expect(metadata['id_token_signing_alg_values_supported']).toContain('RS256')
      expect(metadata['response_types_supported']).toEqual(
        expect.arrayContaining([
          'code',
          'id_token',
          'id_token token',
          'code id_token',
          'code token',
          'code id_token token',
        ]),
      )
      expect(metadata['scopes_supported']).toEqual(
        expect.arrayContaining(['openid', 'profile', 'email', 'address', 'phone']),
      )
      const { keys } = (await json('/oauth2/jwks')) as { keys: Record<string, unknown>[] }
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
      for (const key of keys) {
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
      }
    },
  )
})
