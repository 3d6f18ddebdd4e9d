import type { Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { type Claims, claimsOf, isTime, openSigned, readHeader, typeOf } from '../crypto/signed.ts'
import { FetchError } from '../outbound/fetch-json.ts'
import { readKeysAt } from '../private-key-jwt/client-keys.ts'
import { invalidGrant } from '../refusals.ts'
import type { TrustedIssuer } from '../store/issuer-store.ts'

/** The `typ` of an identity assertion authorization grant (draft-ietf-oauth-identity-assertion-authz-grant-04 3.1). */
const TYPE = 'oauth-id-jag+jwt'
/** Longest assertion, in characters. */
const MAX_LENGTH = 8000
/** Seconds by which clocks may differ. */
const LEEWAY = 30
/** The longest time until an assertion may expire, in seconds, for which its `jti` is remembered. */
const MAX_LIFETIME = 3600

/** The unverified content of an assertion. */
export interface ReadAssertion {
  readonly jwt: string
  readonly issuer: string
  readonly algorithm: string
  readonly kid: string | null
}

/** A verified assertion; its first use remains to be checked. */
export interface VerifiedAssertion {
  readonly claims: Claims
  /** SHA-256 of the issuer and the `jti`, base64url. */
  readonly jtiHash: string
  /** Seconds since 1970. */
  readonly expiresAt: number
}

/**
 * Reads the claimed issuer of an assertion.
 * @throws {OAuthError} invalid_grant: it has another type, or is signed with an
 * unsupported algorithm
 */
export function readAssertion(jwt: string, { settings }: Pick<Provider, 'settings'>): ReadAssertion {
  const algorithms: readonly string[] = settings.signatureAlgorithms
  if (jwt.length > MAX_LENGTH) throw invalidGrant('the assertion is too long')
  // An unreadable one is refused like one of another type.
  const header = readHeader(jwt)
  const { alg = '', kid } = header ?? {}
  const iss = claimsOf(jwt)?.['iss']
  if (typeOf(header) === TYPE && typeof iss === 'string' && algorithms.includes(alg)) {
    return { jwt, issuer: iss, algorithm: alg, kid: kid ?? null }
  }
  throw invalidGrant(`the assertion is not an ${TYPE}, or not signed with ${algorithms.join(', ')}`)
}

/**
 * Verifies an assertion with the keys of its issuer (draft-ietf-oauth-identity-assertion-authz-grant-04 4.4.1, RFC 7523 3).
 * @throws {OAuthError} invalid_grant, with the rule that it breaks as detail
 */
export async function verifyAssertion(
  read: ReadAssertion,
  issuer: TrustedIssuer,
  clientId: string,
  provider: Provider,
): Promise<VerifiedAssertion> {
  const claims = await verifySignature(read, issuer, provider)
  const { now } = provider.request
  const { aud, client_id, exp, iat, jti, nbf, sub } = claims
  const audience = issuer.audience ?? provider.issuer
  if (aud !== audience && !(Array.isArray(aud) && aud.length === 1 && aud[0] === audience)) {
    throw invalidGrant(`the audience of the assertion is not ${audience}`)
  }
  if (client_id !== clientId) throw invalidGrant('the assertion is for another client')
  if (typeof sub !== 'string' || sub === '' || sub.length > 255)
    throw invalidGrant('the assertion has no subject')
  if (!isTime(exp) || exp <= now - LEEWAY) throw invalidGrant('the assertion has expired, or never does')
  if (exp > now + MAX_LIFETIME + LEEWAY)
    throw invalidGrant(`the assertion expires in more than ${MAX_LIFETIME} seconds`)
  for (const time of nbf === undefined ? [iat] : [iat, nbf]) {
    if (!isTime(time) || time > now + LEEWAY) throw invalidGrant('the assertion is not valid yet')
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > 255)
    throw invalidGrant('the assertion has no jti')
  return {
    claims,
    jtiHash: await sha256Base64url(`id-jag\n${issuer.issuer}\n${jti}`),
    expiresAt: Math.ceil(exp) + LEEWAY,
  }
}

async function verifySignature(
  { algorithm, jwt, kid }: ReadAssertion,
  { jwksUri }: TrustedIssuer,
  provider: Provider,
): Promise<Claims> {
  const keys = await readKeysAt(jwksUri, kid, provider).catch((error: unknown) => {
    if (error instanceof FetchError) throw invalidGrant(`the keys of the issuer: ${jwksUri} ${error.message}`)
    throw error
  })
  const claims = await openSigned(jwt, keys, algorithm)
  if (!claims) throw invalidGrant('no key of the issuer has signed the assertion')
  return claims
}
