import { SignJWT } from 'jose'
import { expect } from 'vitest'
import type { Browser, Visit } from './browser.ts'
import { makeProofKey, type ProofFields, type ProofKey, proofOf } from './dpop.ts'
import { REDIRECT_URI } from './fixture.ts'
import { answerIn, approve, type Fields, formOf, PKCE, signedIn, VERIFIER } from './flow.ts'
import { type Answer, answerOf, ORIGIN, post } from './http.ts'
import { visitUrl } from './pushed.ts'
import { assertionOf, givenSigner, signedBy, type Signer } from './signer.ts'

/** The variables of every request of the plan. */
export const FAPI = { OAUTH_PROFILE: 'fapi2' } as const
export const SECOND_URI = `${REDIRECT_URI}?dummy1=lorem&dummy2=ipsum`
export const SCOPE = 'openid read'

/** A client of the plan: with a key that signs its assertions, and one for its proofs. */
export interface FapiClient {
  readonly signer: Signer
  readonly key: ProofKey
  /** It pushes each request as a signed object, as FAPI 2.0 Message Signing wants it. */
  readonly signsRequests?: boolean
}

/** What a request says beside what the tests say otherwise. */
export interface FapiRequest {
  /** Parameters; `undefined` leaves one out. */
  readonly fields?: Fields
  /** Claims of the assertion. */
  readonly assertion?: Readonly<Record<string, unknown>>
  /** The proof; null for none. */
  readonly proof?: ProofFields | null
  /** Whose proof, if not the client's own. */
  readonly key?: ProofKey
}

/** A client of the plan, as the suite would register it. */
export async function givenFapiClient(metadata: Readonly<Record<string, unknown>> = {}): Promise<FapiClient> {
  const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials']
  const signer = await givenSigner({ grantTypes, redirectUris: [REDIRECT_URI, SECOND_URI] }, metadata)
  return { signer, key: await makeProofKey() }
}

/** The parameters of an authorization request of the plan. */
export function requestFields({ signer }: FapiClient, fields: Fields = {}): Fields {
  return {
    client_id: signer.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: 'a state',
    nonce: 'n-0S6_WzA2Mj',
    ...PKCE,
    ...fields,
  }
}

/** Sends a form that the client signs. */
async function ask(
  client: FapiClient,
  path: string,
  usual: Fields,
  { assertion, fields = {}, key = client.key, proof = {} }: FapiRequest,
): Promise<Answer> {
  const signed = signedBy(await assertionOf(client.signer, assertion))
  const headers = proof === null ? {} : { DPoP: await proofOf(key, 'POST', path, proof) }
  return answerOf(await post(path, formOf({ ...usual, ...signed }, fields), headers, FAPI))
}

/** Pushes an authorization request, without a proof unless told otherwise. */
export async function pushFapi(client: FapiClient, request: FapiRequest = {}): Promise<Answer> {
  if (client.signsRequests) return pushObject(client, await requestObject(client, request.fields), request)
  return ask(client, '/oauth2/par', requestFields(client), { proof: null, ...request })
}

/** Pushes a request object, with nothing of the request beside it. */
export async function pushObject(
  client: FapiClient,
  object: string,
  request: Omit<FapiRequest, 'fields'> = {},
): Promise<Answer> {
  const form = { client_id: client.signer.clientId, request: object }
  return ask(client, '/oauth2/par', form, { proof: null, ...request, fields: {} })
}

/**
 * A request as a signed object.
 * @param claims `undefined` leaves one out
 * @param key whose signature, if not the client's own
 */
export async function requestObject(
  client: FapiClient,
  claims: Readonly<Record<string, unknown>> = {},
  { jwk, privateKey }: Pick<Signer, 'jwk' | 'privateKey'> = client.signer,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: client.signer.clientId, aud: ORIGIN, nbf: now, exp: now + 300 }
  return new SignJWT({ ...requestFields(client), ...usual, ...claims })
    .setProtectedHeader({ alg: jwk.alg ?? 'ES256', kid: jwk.kid ?? '', typ: 'oauth-authz-req+jwt' })
    .sign(privateKey)
}

/** Comes to the authorization endpoint with a request that was pushed, and approves it. */
export async function visitFapi(client: FapiClient, browser: Browser, pushed: Answer): Promise<Visit> {
  expect(pushed).toMatchObject({ status: 201 })
  const page = await browser.visit(visitUrl(pushed['request_uri'], client.signer.clientId))
  return page.left ? page : approve(browser, page, SCOPE.split(' '))
}

/** The answer to a request that was pushed and approved. */
export async function authorizeFapi(
  client: FapiClient,
  userId: string,
  request: FapiRequest = {},
): Promise<Readonly<Record<string, string>>> {
  const browser = await signedIn(userId, FAPI)
  return answerIn(await visitFapi(client, browser, await pushFapi(client, request)))
}

/** Asks the token endpoint, with a proof unless told otherwise. */
export async function tokenFapi(
  client: FapiClient,
  form: Fields,
  request: FapiRequest = {},
): Promise<Answer> {
  return ask(client, '/oauth2/token', form, request)
}

/** Redeems a code. */
export async function redeemFapi(
  client: FapiClient,
  code: string | undefined,
  request: FapiRequest = {},
): Promise<Answer> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
  return tokenFapi(client, form, request)
}
