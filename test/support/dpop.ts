import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { sha256Base64url } from '../../src/crypto/bytes.ts'
import { SECRET } from './fixture.ts'
import { type Answer, answerOf, ORIGIN, post, send, type Vars } from './http.ts'

/** A key whose proofs a client sends. */
export interface ProofKey {
  readonly alg: string
  readonly jkt: string
  readonly jwk: JWK
  readonly privateKey: CryptoKey
}

/** Makes a key. */
export async function makeProofKey(alg = 'ES256'): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, jkt: await calculateJwkThumbprint(jwk), jwk, privateKey }
}

/** What a proof says beside what the tests say otherwise; `undefined` leaves a member out. */
export interface ProofFields {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Who signs, if not the key. */
  readonly by?: CryptoKey
}

/** A proof for a request (RFC 9449 4.2). */
export async function proofOf(
  key: ProofKey,
  method: string,
  path: string,
  { by, claims = {}, header = {} }: ProofFields = {},
): Promise<string> {
  const usual = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: new URL(path, ORIGIN).href,
    iat: Math.floor(Date.now() / 1000),
  }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...header })
    .sign(by ?? key.privateKey)
}

/** A proof for the token endpoint. */
export async function tokenProof(
  key: ProofKey,
  fields: ProofFields = {},
): Promise<{ readonly DPoP: string }> {
  return { DPoP: await proofOf(key, 'POST', '/oauth2/token', fields) }
}

/** Asks the token endpoint as the client `web`, unless told otherwise, with a proof. `native` has no secret. */
export async function boundToken(
  key: ProofKey,
  form: Readonly<Record<string, string>>,
  fields: ProofFields = {},
  vars: Vars = {},
): Promise<Answer> {
  const secret = form['client_id'] === 'native' || 'client_assertion' in form ? {} : { client_secret: SECRET }
  const all = { client_id: 'web', ...secret, ...form }
  return answerOf(await post('/oauth2/token', all, await tokenProof(key, fields), vars))
}

/** The headers with which a bound token comes to a resource (RFC 9449 7.1). */
export async function boundHeaders(
  key: ProofKey,
  token: string,
  method: string,
  path: string,
  fields: ProofFields = {},
): Promise<Readonly<Record<string, string>>> {
  const claims = { ath: await sha256Base64url(token), ...fields.claims }
  return {
    Authorization: `DPoP ${token}`,
    DPoP: await proofOf(key, method, path, { ...fields, claims }),
  }
}

/** Asks UserInfo with a bound token. */
export async function boundUserInfo(
  key: ProofKey,
  token: string,
  fields: ProofFields = {},
  vars: Vars = {},
): Promise<Response> {
  const headers = await boundHeaders(key, token, 'GET', '/oauth2/userinfo', fields)
  return send('/oauth2/userinfo', { headers }, vars)
}
