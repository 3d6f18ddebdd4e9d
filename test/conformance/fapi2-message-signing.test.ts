import { beforeEach, describe, expect, it } from 'vitest'
import {
  authorizeFapi,
  type FapiClient,
  givenFapiClient,
  pushObject,
  requestObject,
} from '../support/fapi.ts'
import { givenCast } from '../support/fixture.ts'
import { ORIGIN } from '../support/http.ts'
import { expectRefusal } from '../support/refusal.ts'
import { makeKey } from '../support/signer.ts'

// What of FAPI 2.0 Message Signing request objects can meet. Its answers are JWTs (JARM), which are not built: that plan cannot be
// passed, and no client can be held to objects alone (`require_signed_request_object`).

let alice = ''
let client: FapiClient

beforeEach(async () => {
  ;({ alice } = await givenCast())
  client = await givenFapiClient()
})

const now = (): number => Math.floor(Date.now() / 1000)

describe('a signed request object that is pushed', () => {
  it('is the request (fapi2-message-signing-final-happy-flow)', async () => {
    const answer = await authorizeFapi({ ...client, signsRequests: true }, alice, {
      fields: { state: 'signed' },
    })
    expect(answer).toMatchObject({ state: 'signed', iss: ORIGIN })
    expect(answer).toHaveProperty('code')
  })

  it('may have us among several audiences (fapi2-message-signing-final-ensure-request-object-with-multiple-aud-succeeds)', async () => {
    const object = await requestObject(client, { aud: ['https://other.example', ORIGIN] })
    expect(await pushObject(client, object)).toMatchObject({ status: 201 })
  })

  it('may be of a clock that is ahead (fapi2-message-signing-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted)', async () => {
    expect(await pushObject(client, await requestObject(client, { nbf: now() + 8 }))).toMatchObject({
      status: 201,
    })
  })

  it.each<[string, () => Readonly<Record<string, unknown>>]>([
    ['ensure-request-object-without-exp-fails', () => ({ exp: undefined })],
    ['ensure-request-object-without-nbf-fails', () => ({ nbf: undefined })],
    ['ensure-expired-request-object-fails', () => ({ nbf: now() - 600, exp: now() - 300 })],
    ['ensure-request-object-with-bad-aud-fails', () => ({ aud: 'https://evil.example' })],
    ['ensure-request-object-with-bad-aud-fails, without any', () => ({ aud: undefined })],
    ['ensure-request-object-with-exp-over-60-fails', () => ({ exp: now() + 4200 })],
    ['ensure-request-object-with-nbf-over-60-fails', () => ({ nbf: now() - 4200 })],
    [
      'par-authorization-request-containing-request_uri',
      () => ({ request_uri: 'urn:ietf:params:oauth:request_uri:pr_x' }),
    ],
  ])('is refused (fapi2-message-signing-final-%s)', async (_, claimsOf) => {
    expectRefusal(await pushObject(client, await requestObject(client, claimsOf())), 'invalid_request_object')
  })

  it('is refused by RS256 (fapi2-message-signing-final-ensure-signed-request-object-with-RS256-fails)', async () => {
    const key = await makeKey('RS256')
    const { signer } = client
    const { clientId } = (await givenFapiClient({ jwks: { keys: [signer.jwk, key.jwk] } })).signer
    const both = { ...client, signer: { ...signer, clientId } }
    expect(await pushObject(both, await requestObject(both))).toMatchObject({ status: 201 })
    expectRefusal(await pushObject(both, await requestObject(both, {}, key)), 'invalid_request_object')
  })

  it('is refused without a signature (fapi2-message-signing-final-ensure-request-object-signature-algorithm-is-not-none, -ensure-request-object-with-invalid-signature-fails)', async () => {
    const object = await requestObject(client)
    const [header = '', payload = '', signature = ''] = object.split('.')
    const none = btoa('{"alg":"none","typ":"oauth-authz-req+jwt"}').replaceAll('=', '')
    const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    for (const forged of [`${none}.${payload}.`, `${header}.${payload}.${other}`, `${header}.${payload}.`]) {
      expectRefusal(await pushObject(client, forged), 'invalid_request_object')
    }
  })

  it('is refused if another client signed it (fapi2-message-signing-final-ensure-matching-key-in-authorization-request)', async () => {
    const { signer } = await givenFapiClient()
    expectRefusal(await pushObject(client, await requestObject(client, {}, signer)), 'invalid_request_object')
  })
})
