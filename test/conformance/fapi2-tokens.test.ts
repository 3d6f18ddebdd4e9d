import { env } from 'cloudflare:workers'
import { SignJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { boundUserInfo } from '../support/dpop.ts'
import {
  authorizeFapi,
  FAPI,
  type FapiClient,
  givenFapiClient,
  pushFapi,
  redeemFapi,
  tokenFapi,
} from '../support/fapi.ts'
import { givenCast, SECRET } from '../support/fixture.ts'
import { VERIFIER } from '../support/flow.ts'
import { answerOf, basic, ORIGIN, post, token } from '../support/http.ts'
import { expectRefusal } from '../support/refusal.ts'
import { makeKey, signedBy } from '../support/signer.ts'
import { travel } from '../support/time.ts'

const TOKEN_URL = `${ORIGIN}/oauth2/token`

let alice = ''
let client: FapiClient
let second: FapiClient

beforeEach(async () => {
  ;({ alice } = await givenCast())
  client = await givenFapiClient()
  second = await givenFapiClient()
})

const now = (): number => Math.floor(Date.now() / 1000)
const codeOf = async (): Promise<string> => (await authorizeFapi(client, alice))['code'] ?? ''
const OWN = { grant_type: 'client_credentials', scope: 'read' }

describe('the token endpoint under the profile fapi2', () => {
  it('refuses another client’s id beside the assertion (fapi2-security-profile-final-ensure-client-id-in-token-endpoint)', async () => {
    const code = await codeOf()
    const fields = { client_id: second.signer.clientId }
    expectRefusal(await redeemFapi(client, code, { fields }), 'invalid_request')
    expect(await redeemFapi(client, code, { fields: { client_id: client.signer.clientId } })).toMatchObject({
      status: 200,
    })
  })

  it('gives nothing for the code of another client (fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client)', async () => {
    expectRefusal(await redeemFapi(second, await codeOf()), 'invalid_grant')
  })

  it('gives nothing without a proof (fapi2-security-profile-final-ensure-holder-of-key-required)', async () => {
    const code = await codeOf()
    expectRefusal(await redeemFapi(client, code, { proof: null }), 'invalid_dpop_proof')
    expectRefusal(await tokenFapi(client, OWN, { proof: null }), 'invalid_dpop_proof')
    expect(await redeemFapi(client, code)).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it('takes a code once (fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second)', async () => {
    const code = await codeOf()
    const { access_token } = await redeemFapi(client, code)
    travel(1)
    expectRefusal(await redeemFapi(client, code), 'invalid_grant')
    expect((await boundUserInfo(client.key, access_token, {}, FAPI)).status).toBe(401)
  })

  it('takes a code for a minute (fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code)', async () => {
    const code = await codeOf()
    travel(61)
    expectRefusal(await redeemFapi(client, code), 'invalid_grant')
  })

  it('demands the verifier (fapi2-security-profile-final-ensure-pkce-code-verifier-required)', async () => {
    expectRefusal(
      await redeemFapi(client, await codeOf(), { fields: { code_verifier: undefined } }),
      'invalid_grant',
    )
  })

  it('demands the right verifier (fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected)', async () => {
    const code_verifier = `${VERIFIER.slice(0, -1)}x`
    expectRefusal(await redeemFapi(client, await codeOf(), { fields: { code_verifier } }), 'invalid_grant')
  })

  it('refreshes for its client and by a proof alone (fapi2-security-profile-final-refresh-token)', async () => {
    const first = await redeemFapi(client, await codeOf())
    const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    expectRefusal(await tokenFapi(second, form), 'invalid_grant')
    expectRefusal(await tokenFapi(client, form, { proof: null }), 'invalid_dpop_proof')
    const unsigned = { client_assertion: undefined, client_assertion_type: undefined }
    const fields = { ...unsigned, client_id: client.signer.clientId }
    expectRefusal(await tokenFapi(client, form, { fields }), 'invalid_client')
    const next = await tokenFapi(client, form)
    expect(next).toMatchObject({ status: 200, token_type: 'DPoP' })
    const narrow = { ...form, refresh_token: next.refresh_token, scope: 'openid' }
    expect(await tokenFapi(client, narrow)).toMatchObject({ status: 200, scope: 'openid' })
  })
})

describe('the authentication of clients under the profile fapi2', () => {
  it('is by a signature alone', async () => {
    expectRefusal(await token({ grant_type: 'client_credentials' }, FAPI), 'invalid_client')
    const byHeader = await answerOf(
      await post('/oauth2/token', { grant_type: 'client_credentials' }, basic('web'), FAPI),
    )
    expect(byHeader).toMatchObject({ status: 401, error: 'invalid_client' })
    const posted = { client_id: 'web', client_secret: SECRET, scope: 'read', response_type: 'code' }
    expectRefusal(await answerOf(await post('/oauth2/par', posted, {}, FAPI)), 'invalid_client')
    const own = { client_id: 'native', grant_type: 'authorization_code', code: 'x' }
    expectRefusal(await token(own, FAPI), 'invalid_client')
  })

  it('is not by RS256 (fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails)', async () => {
    const { jwk, privateKey } = await makeKey('RS256')
    await env.DB.prepare('UPDATE clients SET metadata = ? WHERE client_id = ?')
      .bind(
        JSON.stringify({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }),
        client.signer.clientId,
      )
      .run()
    const signer = { clientId: client.signer.clientId, jwk, privateKey }
    expectRefusal(await tokenFapi({ ...client, signer }, OWN), 'invalid_client')
  })

  it.each(['PS256', 'EdDSA'])('may be by %s', async (alg) => {
    const { jwk, privateKey } = await makeKey(alg)
    const found = await givenFapiClient({ jwks: { keys: [jwk] } })
    const signer = { clientId: found.signer.clientId, jwk, privateKey }
    expect(await tokenFapi({ ...found, signer }, OWN)).toMatchObject({ status: 200, token_type: 'DPoP' })
  })

  it('needs an assertion (fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint)', async () => {
    const fields = { client_assertion: undefined, client_assertion_type: undefined }
    expectRefusal(await redeemFapi(client, await codeOf(), { fields }), 'invalid_client')
  })

  it.each<[string, () => Readonly<Record<string, unknown>>]>([
    ['ensure-client-assertion-with-exp-is-5-minutes-in-past-fails', () => ({ exp: now() - 300 })],
    ['ensure-client-assertion-with-wrong-aud-fails', () => ({ aud: 'https://evil.example' })],
    ['ensure-client-assertion-with-no-sub-fails', () => ({ sub: undefined })],
    ['par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails', () => ({ nbf: now() + 65 })],
    ['par-test-array-as-audience-fails', () => ({ aud: [ORIGIN] })],
    ['par-test-array-as-audience-fails, with another', () => ({ aud: [ORIGIN, 'https://evil.example'] })],
    ['par-test-par-endpoint-url-as-audience-fails', () => ({ aud: `${ORIGIN}/oauth2/par` })],
    ['par-test-token-endpoint-url-as-audience-fails', () => ({ aud: TOKEN_URL })],
  ])('refuses an assertion at both endpoints (fapi2-security-profile-final-%s)', async (_, claimsOf) => {
    expectRefusal(await pushFapi(client, { assertion: claimsOf() }), 'invalid_client')
    expectRefusal(await tokenFapi(client, OWN, { assertion: claimsOf() }), 'invalid_client')
  })

  it('takes an assertion of a clock that is ahead (fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted)', async () => {
    const assertion = () => ({ nbf: now() + 8, iat: now() + 8 })
    expect(await pushFapi(client, { assertion: assertion() })).toMatchObject({ status: 201 })
    expect(await tokenFapi(client, OWN, { assertion: assertion() })).toMatchObject({ status: 200 })
  })

  it('takes nothing that another client signed', async () => {
    const forged = { ...client, signer: { ...second.signer, clientId: client.signer.clientId } }
    expectRefusal(await tokenFapi(forged, OWN), 'invalid_client')
    const unsigned = await new SignJWT({ iss: 'x', sub: 'x' })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(second.signer.privateKey)
    expectRefusal(await tokenFapi(client, OWN, { fields: signedBy(unsigned) }), 'invalid_client')
  })
})
