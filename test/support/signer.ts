import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { givenClient } from './fixture.ts'
import { type Answer, answerOf, ORIGIN, post, type Vars } from './http.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** A client that signs, with its key. */
export interface Signer {
  readonly clientId: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

/** A pair of keys with its public half as JWK. */
export async function makeKey(alg = 'ES256', kid = crypto.randomUUID()): Promise<Omit<Signer, 'clientId'>> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } }
}

/** Puts a client into D1 that authenticates by `private_key_jwt`, under an id that no isolate knows yet. */
export async function givenSigner(
  fields: Parameters<typeof givenClient>[1] = {},
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<Signer> {
  const key = await makeKey()
  const clientId = `signer-${crypto.randomUUID()}`
  const own = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] }, ...metadata }
  await givenClient(clientId, { ...fields, metadata: JSON.stringify(own) })
  return { clientId, ...key }
}

/** What an assertion of a client says, with some claims and header members changed. */
export async function assertionOf(
  { clientId, jwk, privateKey }: Signer,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = {
    iss: clientId,
    sub: clientId,
    aud: ORIGIN,
    iat: now,
    exp: now + 60,
    jti: crypto.randomUUID(),
  }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: jwk.alg ?? 'ES256', ...(jwk.kid !== undefined && { kid: jwk.kid }) })
    .sign(privateKey)
}

/** The parameters by which an assertion authenticates. */
export function signedBy(assertion: string): Readonly<Record<string, string>> {
  return { client_assertion: assertion, client_assertion_type: ASSERTION_TYPE }
}

/** Asks for a token of a client's own. */
export async function tokenBy(
  form: Readonly<Record<string, string>>,
  vars: Vars = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return answerOf(await post('/oauth2/token', { grant_type: 'client_credentials', ...form }, headers, vars))
}
