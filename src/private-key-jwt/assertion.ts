import type { JWK } from 'jose'
import { sha256Base64url } from '../crypto/bytes.ts'
import { claimsOf, isTime, openSigned, readHeader } from '../crypto/signed.ts'
import { invalidClient } from '../refusals.ts'

/** Asymmetric signatures (RFC 8725 3.1); we store no secrets to verify symmetric ones with. */
const ASYMMETRIC: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA']
/** Longest assertion, in characters. */
const MAX_LENGTH = 8000
/** Seconds by which clocks may differ. */
const LEEWAY = 30
/** The longest time until an assertion may expire, in seconds, for which its `jti` is remembered. */
const MAX_LIFETIME = 3600

/** What an assertion must contain. */
export interface ExpectedAssertion {
  readonly clientId: string
  /** The audiences that identify this provider; an assertion names exactly one of them (RFC 7523bis). */
  readonly audiences: readonly string[]
  /** Whether the audience must be a string rather than a list (FAPI 2.0 5.3.2.1). */
  readonly isStrict?: boolean
  /** Accepted signature algorithms; by default every asymmetric one that we know. */
  readonly algorithms?: readonly string[]
  /** Seconds since 1970. */
  readonly now: number
}

/** A verified assertion; its first use remains to be checked. */
export interface VerifiedAssertion {
  /** SHA-256 of the client and the `jti`, base64url. */
  readonly jtiHash: string
  /** Seconds since 1970. */
  readonly expiresAt: number
}

/** The unverified claims of an assertion. */
export interface AssertionClaims {
  readonly clientId: string
  readonly kid: string | null
}

/**
 * Reads the claimed client of an assertion (RFC 7523 3: `iss` and `sub` are the client).
 * @throws {OAuthError}
 * invalid_client: it cannot be read, or has no signature with an accepted algorithm
 */
export function readAssertion(
  assertion: string,
  algorithms: readonly string[] = ASYMMETRIC,
): AssertionClaims {
  const header = headerOf(assertion, algorithms)
  const claims = claimsOf(assertion)
  if (!claims) throw invalidClient('the assertion cannot be read')
  const { iss, sub } = claims
  if (typeof sub !== 'string' || iss !== sub) throw invalidClient('iss and sub of the assertion differ')
  return { clientId: sub, kid: typeof header.kid === 'string' ? header.kid : null }
}

/**
 * Verifies a client's assertion (RFC 7523 3).
 * @param keys the client's
 * @throws {OAuthError} invalid_client, with the rule that it breaks as detail
 */
export async function verifyAssertion(
  assertion: string,
  keys: readonly JWK[],
  expected: ExpectedAssertion,
): Promise<VerifiedAssertion> {
  const { alg } = headerOf(assertion, expected.algorithms ?? ASYMMETRIC)
  const claims = await openSigned(assertion, keys, alg)
  if (!claims) throw invalidClient('no key of the client has signed the assertion')
  const { aud, exp, iat, jti, nbf } = claims
  const { audiences, clientId, isStrict = false, now } = expected
  const [audience, ...others] = Array.isArray(aud) ? Array.from<unknown>(aud) : [aud]
  if (
    others.length > 0 ||
    (isStrict && typeof aud !== 'string') ||
    !audiences.some((one) => one === audience)
  ) {
    throw invalidClient(`the audience of the assertion is not ${audiences.join(' or ')}`)
  }
  if (!isTime(exp) || exp <= now - LEEWAY) throw invalidClient('the assertion has expired, or never does')
  if (exp > now + MAX_LIFETIME + LEEWAY)
    throw invalidClient(`the assertion expires in more than ${MAX_LIFETIME} seconds`)
  for (const time of [iat, nbf]) {
    if (time !== undefined && (!isTime(time) || time > now + LEEWAY))
      throw invalidClient('the assertion is not valid yet')
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > 255)
    throw invalidClient('the assertion has no jti')
  return { jtiHash: await sha256Base64url(`${clientId}\n${jti}`), expiresAt: Math.ceil(exp) + LEEWAY }
}

function headerOf(
  assertion: string,
  algorithms: readonly string[],
): { readonly alg: string; readonly kid?: unknown } {
  if (assertion.length > MAX_LENGTH) throw invalidClient('the assertion is too long')
  // An assertion without a header is refused like one with a wrong algorithm.
  const { alg = '', kid } = readHeader(assertion) ?? {}
  if (algorithms.includes(alg)) return { alg, kid }
  throw invalidClient(`the assertion is not signed with ${algorithms.join(', ')}`)
}
