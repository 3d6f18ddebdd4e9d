import { beforeEach, describe, expect, it } from 'vitest'
import { boundUserInfo, makeProofKey } from '../support/dpop.ts'
import {
  authorizeFapi,
  FAPI,
  type FapiClient,
  givenFapiClient,
  pushFapi,
  redeemFapi,
  requestFields,
  SCOPE,
  SECOND_URI,
  visitFapi,
} from '../support/fapi.ts'
import { givenCast, REDIRECT_URI } from '../support/fixture.ts'
import { answerIn, authorizationUrl, expectPage, PKCE, signedIn } from '../support/flow.ts'
import { ORIGIN, send } from '../support/http.ts'
import { givenProfile } from '../support/oidc-modules.ts'
import { verifyIdToken } from '../support/openid.ts'
import { visitUrl } from '../support/pushed.ts'
import { expectRefusal } from '../support/refusal.ts'
import { travel } from '../support/time.ts'

const UNKNOWN = 'unknown, expired or was used before'

let alice = ''
let client: FapiClient
let second: FapiClient

beforeEach(async () => {
  ;({ alice } = await givenCast())
  client = await givenFapiClient()
  second = await givenFapiClient()
})

/** The plan of the profile pushes parameters; that of Message Signing asks the same of requests that are signed. */
const WAYS: readonly (readonly [way: string, signsRequests: boolean])[] = [
  ['as parameters', false],
  ['as a signed object', true],
]

/** Lets both clients push their requests in this way. */
function pushAll(signsRequests: boolean): void {
  beforeEach(() => {
    client = { ...client, signsRequests }
    second = { ...second, signsRequests }
  })
}

async function metadata(path: string): Promise<Record<string, unknown>> {
  return (await send(path, {}, FAPI)).json()
}

describe('the metadata under the profile fapi2', () => {
  it('says what the profile demands (fapi2-security-profile-final-discovery-end-point-verification)', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      const found = await metadata(path)
      expect(found).toMatchObject({
        issuer: ORIGIN,
        pushed_authorization_request_endpoint: `${ORIGIN}/oauth2/par`,
        require_pushed_authorization_requests: true,
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
        response_types_supported: ['code'],
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'PS256'],
      })
      const signatures = Object.entries(found).filter(([name]) => name.endsWith('_alg_values_supported'))
      expect(signatures.length).toBeGreaterThan(4)
      for (const [, value] of signatures) expect(value).not.toContain('RS256')
      expect(found['scopes_supported']).toEqual(expect.arrayContaining(SCOPE.split(' ')))
      expect(found['grant_types_supported']).not.toContain('implicit')
      expect(found['grant_types_supported']).not.toContain('password')
    }
  })
})

describe.each(WAYS)('an authorization request of the profile fapi2 that is pushed %s', (_, signsRequests) => {
  pushAll(signsRequests)

  it('brings a code, with iss, which brings bound tokens (fapi2-security-profile-final-happy-flow)', async () => {
    for (const one of [client, second]) {
      const answer = await authorizeFapi(one, alice)
      expect(answer).toEqual({
        code: expect.stringMatching(/^ac_[\w-]{60,}$/) as string,
        state: 'a state',
        iss: ORIGIN,
      })
      const redeemed = await redeemFapi(one, answer['code'])
      expect(redeemed).toMatchObject({ status: 200, token_type: 'DPoP', scope: SCOPE })
      // 128 bits that nobody can guess, whatever they are written in.
      expect(redeemed.access_token.length).toBeGreaterThan(22)
      expect((await boundUserInfo(one.key, redeemed.access_token, {}, FAPI)).status).toBe(200)
      const { claims, header } = await verifyIdToken(redeemed['id_token'], one.signer.clientId)
      expect(claims).toMatchObject({ nonce: 'n-0S6_WzA2Mj', sub: alice })
      expect(header.alg).toBe('ES256')
    }
  })

  it('goes to the second redirect URI, too, with its query (fapi2-security-profile-final-happy-flow)', async () => {
    const browser = await signedIn(alice, FAPI)
    const pushed = await pushFapi(client, { fields: { redirect_uri: SECOND_URI } })
    const { left } = await visitFapi(client, browser, pushed)
    expect(left?.href.startsWith(`${SECOND_URI}&`)).toBe(true)
  })

  it('is denied by the person (fapi2-security-profile-final-user-rejects-authentication)', async () => {
    const browser = await signedIn(alice, FAPI)
    const { request_uri } = await pushFapi(client)
    const page = await browser.visit(visitUrl(request_uri, client.signer.clientId))
    const denied = await browser.submit(page, '/oauth2/authorize/confirm', [['authorize', 'False']])
    expect(answerIn(denied)).toMatchObject({ error: 'access_denied', state: 'a state', iss: ORIGIN })
  })

  it('needs no state (fapi2-security-profile-final-ensure-authorization-request-without-state-success)', async () => {
    const answer = await authorizeFapi(client, alice, { fields: { state: undefined } })
    expect(Object.keys(answer).toSorted()).toEqual(['code', 'iss'])
  })

  it('needs no nonce (fapi2-security-profile-final-ensure-authorization-request-without-nonce-success)', async () => {
    const { code } = await authorizeFapi(client, alice, { fields: { nonce: undefined } })
    const { id_token } = await redeemFapi(client, code)
    expect((await verifyIdToken(id_token, client.signer.clientId)).claims).not.toHaveProperty('nonce')
  })

  it.each([
    ['ensure-authorization-request-with-64-char-nonce-success', 64],
    ['ensure-authorization-request-with-long-nonce', 384],
  ])('carries a nonce as it is (fapi2-security-profile-final-%s)', async (_name, length) => {
    const nonce = 'aZ09-._~'.repeat(length / 8)
    const { code } = await authorizeFapi(client, alice, { fields: { nonce } })
    const { id_token } = await redeemFapi(client, code)
    expect((await verifyIdToken(id_token, client.signer.clientId)).claims['nonce']).toBe(nonce)
  })

  it('carries a long state as it is (fapi2-security-profile-final-ensure-authorization-request-with-long-state)', async () => {
    const state = 'aZ09-._~'.repeat(128)
    expect((await authorizeFapi(client, alice, { fields: { state } }))['state']).toBe(state)
  })

  it('may name its scopes in any order (fapi2-security-profile-final-ensure-other-scope-order-succeeds)', async () => {
    const { code } = await authorizeFapi(client, alice, { fields: { scope: 'read openid' } })
    expect(await redeemFapi(client, code)).toMatchObject({ status: 200, scope: SCOPE })
  })

  it('may ask for claims (fapi2-security-profile-final-test-claims-parameter-identity-claims)', async () => {
    await givenProfile(alice)
    const claims = JSON.stringify({ id_token: { given_name: { essential: true } }, userinfo: { name: null } })
    const { code } = await authorizeFapi(client, alice, { fields: { claims } })
    const { access_token, id_token } = await redeemFapi(client, code)
    const released = (await verifyIdToken(id_token, client.signer.clientId)).claims
    expect([released['given_name'], released['name']]).toEqual(['Alice', undefined])
    const info = await boundUserInfo(client.key, access_token, {}, FAPI)
    expect(await info.json()).toEqual({ sub: alice, name: 'Alice Liddell' })
  })
})

describe.each(WAYS)('what only a request may do that is pushed %s', (_, signsRequests) => {
  pushAll(signsRequests)

  it('refuses a request that was not pushed (fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails)', async () => {
    const browser = await signedIn(alice, FAPI)
    const visit = await browser.visit(authorizationUrl(requestFields(client)))
    expect(answerIn(visit)).toMatchObject({ error: 'invalid_request', state: 'a state', iss: ORIGIN })
  })

  it.each(['code id_token', 'id_token', 'token', 'code token', 'id_token token'])(
    'refuses the response type %s (fapi2-security-profile-final-ensure-response-type-code-idtoken-fails, -ensure-response-type-token-fails)',
    async (response_type) => {
      expectRefusal(await pushFapi(client, { fields: { response_type } }), 'unsupported_response_type')
    },
  )

  it('takes nothing from beside it (fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object, -ensure-different-state-inside-and-outside-request-object, -state-only-outside-request-object-not-used, -par-without-duplicate-parameters)', async () => {
    const pushed = await pushFapi(client, { fields: { state: undefined } })
    const browser = await signedIn(alice, FAPI)
    const beside = { state: 'outside', nonce: 'outside', scope: 'write', redirect_uri: SECOND_URI }
    const url = visitUrl(pushed['request_uri'], client.signer.clientId, beside)
    const page = await browser.visit(url)
    const visit = await browser.submit(page, '/oauth2/authorize/confirm', [
      ...SCOPE.split(' ').map((scope) => ['scope', scope] as const),
      ['authorize', 'Authorize'],
    ])
    const answer = answerIn(visit)
    expect(Object.keys(answer).toSorted()).toEqual(['code', 'iss'])
    const { id_token } = await redeemFapi(client, answer['code'])
    expect((await verifyIdToken(id_token, client.signer.clientId)).claims['nonce']).toBe('n-0S6_WzA2Mj')
  })

  it('names its redirect URI (fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails, -ensure-redirect-uri-in-authorization-request)', async () => {
    expectRefusal(await pushFapi(client, { fields: { redirect_uri: undefined } }), 'invalid_request')
  })

  it('names a redirect URI that is registered (fapi2-security-profile-final-ensure-registered-redirect-uri, -plain-fapi-tolerate-unregistered-redirect-uri)', async () => {
    for (const redirect_uri of [
      'https://evil.example/cb',
      `${REDIRECT_URI}/`,
      `${REDIRECT_URI}?dummy1=lorem`,
    ]) {
      expectRefusal(await pushFapi(client, { fields: { redirect_uri } }), 'invalid_request')
    }
  })

  it('is opened twice before it is answered (fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds)', async () => {
    const pushed = await pushFapi(client)
    const browser = await signedIn(alice, FAPI)
    await browser.visit(visitUrl(pushed['request_uri'], client.signer.clientId))
    expect(answerIn(await visitFapi(client, browser, pushed))).toHaveProperty('code')
  })

  it('is not opened after that (fapi2-security-profile-final-par-attempt-reuse-request_uri)', async () => {
    const pushed = await pushFapi(client)
    await visitFapi(client, await signedIn(alice, FAPI), pushed)
    const url = visitUrl(pushed['request_uri'], client.signer.clientId)
    await expectPage(await send(url, {}, FAPI), 400, UNKNOWN)
  })

  it('is not opened when it has expired (fapi2-security-profile-final-par-attempt-to-use-expired-request_uri)', async () => {
    const { expires_in, request_uri } = await pushFapi(client)
    expect(expires_in).toBeLessThan(600)
    travel(expires_in + 1)
    await expectPage(await send(visitUrl(request_uri, client.signer.clientId), {}, FAPI), 400, UNKNOWN)
  })

  it('is not opened for another client (fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client)', async () => {
    const { request_uri } = await pushFapi(client)
    await expectPage(await send(visitUrl(request_uri, second.signer.clientId), {}, FAPI), 400, UNKNOWN)
  })

  it('names no other request (fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param)', async () => {
    const { request_uri } = await pushFapi(client)
    const refused = await pushFapi(client, { fields: { request_uri: String(request_uri) } })
    expectRefusal(refused, signsRequests ? 'invalid_request_object' : 'invalid_request')
  })

  it('is posted (fapi2-security-profile-final-par-attempt-invalid-http-method)', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      expect([method, (await send('/oauth2/par', { method }, FAPI)).status]).toEqual([method, 405])
    }
  })

  it('has a challenge (fapi2-security-profile-final-par-ensure-pkce-required)', async () => {
    const fields = { code_challenge: undefined, code_challenge_method: undefined }
    expectRefusal(await pushFapi(client, { fields }), 'invalid_request')
  })

  it('has one by S256 (fapi2-security-profile-final-par-plain-pkce-rejected)', async () => {
    const fields = { ...PKCE, code_challenge_method: 'plain' }
    expectRefusal(await pushFapi(client, { fields }), 'invalid_request')
    expectRefusal(await pushFapi(client, { fields: { code_challenge_method: undefined } }), 'invalid_request')
  })
})

describe.each(WAYS)('a request, pushed %s, that names the key of its client', (_, signsRequests) => {
  pushAll(signsRequests)

  it('is refused where its proof is by another (fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails)', async () => {
    const { jkt } = await makeProofKey()
    expectRefusal(await pushFapi(client, { proof: {}, fields: { dpop_jkt: jkt } }), 'invalid_dpop_proof')
  })

  it('binds its code by a proof (fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success, -ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt)', async () => {
    const { code } = await authorizeFapi(client, alice, { proof: {} })
    expectRefusal(await redeemFapi(client, code, { key: second.key }), 'invalid_grant')
    expect(await redeemFapi(client, code)).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it('binds its code by dpop_jkt (fapi2-security-profile-final-ensure-dpop-auth-code-binding-success, -ensure-token-endpoint-fails-with-mismatched-dpop-jkt)', async () => {
    const { code } = await authorizeFapi(client, alice, { fields: { dpop_jkt: client.key.jkt } })
    expectRefusal(await redeemFapi(client, code, { key: second.key }), 'invalid_grant')
    expect(await redeemFapi(client, code)).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it.each<[string, (now: number) => object]>([
    ['ensure-dpopproof-with-iat-10seconds-before-succeeds', (now) => ({ iat: now - 10 })],
    ['ensure-dpopproof-with-iat-10seconds-after-succeeds', (now) => ({ iat: now + 10 })],
    ['check-dpop-proof-nbf-exp', (now) => ({ nbf: now, exp: now + 60 })],
  ])('takes the times of its proofs (fapi2-security-profile-final-%s)', async (_name, timesAt) => {
    const proof = { claims: { ...timesAt(Math.floor(Date.now() / 1000)) } }
    const { code } = await authorizeFapi(client, alice, { proof })
    const { access_token, status } = await redeemFapi(client, code, { proof })
    expect(status).toBe(200)
    expect((await boundUserInfo(client.key, access_token, proof, FAPI)).status).toBe(200)
  })

  it('takes no proof that was made for the token endpoint', async () => {
    const claims = { htu: `${ORIGIN}/oauth2/token` }
    expectRefusal(await pushFapi(client, { proof: { claims } }), 'invalid_dpop_proof')
  })
})
