import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { fromBase64url, sha256Base64url } from '../crypto/bytes.ts'
import { invalidClient } from '../refusals.ts'

/** Algorithms of asymmetric signatures that are taken (RFC 8725 3.1): we keep no secret that a symmetric one could be checked with. */
export const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
/** Longest assertion, in characters. */
const MAX_LENGTH = 8000
/** Seconds by which clocks may differ. */
const LEEWAY = 30
/** Seconds ahead that an assertion may expire: until then its `jti` is remembered. */
const MAX_LIFETIME = 3600

/** What an assertion must say. */
export interface ExpectedAssertion {
  readonly clientId: string
  /** The audiences that stand for this provider; an assertion names one of them, alone (RFC 7523bis). */
  readonly audiences: readonly string[]
  /** Seconds since 1970. */
  readonly now: number
}

/** An assertion that holds: what is left is that it was never spent. */
export interface VerifiedAssertion {
  /** SHA-256 of the client and the `jti`, base64url. */
  readonly jtiHash: string
  /** Seconds since 1970. */
  readonly expiresAt: number
}

/** What an assertion says before anything of it is believed. */
export interface AssertionClaims {
  readonly clientId: string
  readonly kid: string | null
}

/**
 * Reads whose assertion this says it is (RFC 7523 3: `iss` and `sub` are the client).
 * @throws {OAuthError} invalid_client: it cannot be read, or has no signature of an algorithm that is taken
 */
export function readAssertion(assertion: string): AssertionClaims {
  const header = headerOf(assertion)
  const { iss, sub } = claimsOf(assertion)
  if (typeof sub !== 'string' || iss !== sub) throw invalidClient('iss and sub of the assertion differ')
  return { clientId: sub, kid: typeof header.kid === 'string' ? header.kid : null }
}

/**
 * Verifies a client's assertion (RFC 7523 3). Keys that its header brings along or points to are not looked at (RFC 8725 3.10).
 * @param keys the client's
 * @throws {OAuthError} invalid_client, with the rule that it breaks as detail
 */
export async function verifyAssertion(
  assertion: string,
  keys: readonly JWK[],
  expected: ExpectedAssertion,
): Promise<VerifiedAssertion> {
  const { alg } = headerOf(assertion)
  if (!(await isSigned(assertion, keys, alg)))
    throw invalidClient('no key of the client has signed the assertion')
  const { aud, exp, iat, jti, nbf } = claimsOf(assertion)
  const { audiences, clientId, now } = expected
  const [audience, ...others] = Array.isArray(aud) ? Array.from<unknown>(aud) : [aud]
  if (others.length > 0 || !audiences.some((one) => one === audience)) {
    throw invalidClient(`the audience of the assertion is not ${audiences.join(' or ')}`)
  }
  if (!isTime(exp) || exp <= now - LEEWAY) throw invalidClient('the assertion has expired, or never does')
  if (exp > now + MAX_LIFETIME + LEEWAY)
    throw invalidClient(`the assertion expires in more than ${MAX_LIFETIME} seconds`)
  for (const time of [iat, nbf]) {
    if (time !== undefined && (!isTime(time) || time > now + LEEWAY))
      throw invalidClient('the assertion is of the future')
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > 255)
    throw invalidClient('the assertion has no jti')
  return { jtiHash: await sha256Base64url(`${clientId}\n${jti}`), expiresAt: Math.ceil(exp) + LEEWAY }
}

/** One of the client's keys has made the signature, with the algorithm that the header names and the key is for. */
async function isSigned(assertion: string, keys: readonly JWK[], alg: string): Promise<boolean> {
  for (const key of keys) {
    if (key.alg !== undefined && key.alg !== alg) continue
    try {
      await compactVerify(assertion, await importJWK(key, alg), { algorithms: [alg] })
      return true
    } catch {
      // Another key may have.
    }
  }
  return false
}

function headerOf(assertion: string): { readonly alg: string; readonly kid?: unknown } {
  if (assertion.length > MAX_LENGTH) throw invalidClient('the assertion is too long')
  try {
    const { alg = '', kid } = decodeProtectedHeader(assertion)
    if (ASSERTION_ALGORITHMS.some((name) => name === alg)) return { alg, kid }
  } catch {
    // What has no header is refused as what names a wrong algorithm.
  }
  throw invalidClient(`the assertion is not signed by ${ASSERTION_ALGORITHMS.join(', ')}`)
}

function claimsOf(assertion: string): Readonly<Record<string, unknown>> {
  const bytes = fromBase64url(assertion.split('.')[1] ?? '')
  const claims = bytes ? parseObject(bytes) : null
  if (!claims) throw invalidClient('the assertion cannot be read')
  return claims
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes),
    )
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
