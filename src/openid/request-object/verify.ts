import type { JWK } from 'jose'
import { type Claims, isTime, openSigned, readHeader } from '../../crypto/signed.ts'
import { OAuthError } from '../../errors.ts'

/** Longest request object, in characters. */
export const MAX_REQUEST_OBJECT = 64 * 1024
/** Seconds by which clocks may differ. */
const LEEWAY = 30
/** The longest that a strict request object is valid, and the oldest it may be, in seconds (FAPI 2.0 Message Signing 5.3.1). */
const STRICT_LIFETIME = 3600
/** The `typ` of RFC 9101 10.8, with and without its first part (RFC 7515 4.1.9). */
const OWN_TYPE = /^(?:application\/)?oauth-authz-req\+jwt$/i

/** What a request object must satisfy. */
export interface ExpectedRequestObject {
  readonly clientId: string
  /** The algorithm that the client registered; null for any accepted one. */
  readonly algorithm: string | null
  /** Accepted signature algorithms. `none` is never among them: an unsigned object proves nothing (RFC 9101 10.2). */
  readonly algorithms: readonly string[]
  /** Whether it must name its audience, its start and its end, an hour later at most (FAPI 2.0 Message Signing 5.3.1). */
  readonly isStrict?: boolean
  readonly issuer: string
  /** Seconds since 1970. */
  readonly now: number
}

/** A request object whose signature and claims are valid. */
export interface VerifiedRequestObject {
  readonly claims: Claims
  /**
   * Whether its type says that it is the whole request (RFC 9101 6.3); otherwise missing parameters may be outside it (Core
   * 6.1).
   */
  readonly isWhole: boolean
}

/**
 * Reads the key that a request object names, and refuses an object that no key could make valid.
 * @returns null if it names none
 * @throws {OAuthError} invalid_request_object: it cannot be read, is a JWT of another kind, or is not signed with an
 *   accepted algorithm
 */
export function readRequestObjectKeyId(object: string, algorithms: readonly string[]): string | null {
  const { kid } = headerOf(object, algorithms)
  return typeof kid === 'string' ? kid : null
}

/**
 * Verifies a request object (RFC 9101 6.2, 6.3, OpenID Connect Core 6.3).
 * @param keys the client's
 * @throws {OAuthError} invalid_request_object
 */
export async function verifyRequestObject(
  object: string,
  keys: readonly JWK[],
  { algorithm, algorithms, clientId, isStrict = false, issuer, now }: ExpectedRequestObject,
): Promise<VerifiedRequestObject> {
  const { alg, typ } = headerOf(object, algorithms)
  if (algorithm !== null && alg !== algorithm)
    throw invalidObject('is not signed with the algorithm that the client registered')
  const claims = await openSigned(object, keys, alg)
  if (!claims) throw invalidObject('is not signed with a key of the client')
  const { aud, client_id, exp, iat, iss, nbf, sub } = claims
  if (client_id !== clientId) throw invalidObject('does not name the client that sends it')
  if (iss !== undefined && iss !== clientId) throw invalidObject('was issued by another party')
  // A client assertion, which has the client as its subject, is not a request (RFC 9101 10.8).
  if (sub !== undefined) throw invalidObject('has a subject, like JWTs of another kind')
  const audiences = Array.isArray(aud) ? Array.from<unknown>(aud) : [aud]
  if (aud !== undefined && !audiences.includes(issuer)) throw invalidObject('is meant for another server')
  if (exp !== undefined && (!isTime(exp) || exp <= now - LEEWAY)) throw invalidObject('has expired')
  for (const time of [iat, nbf]) {
    if (time !== undefined && (!isTime(time) || time > now + LEEWAY)) throw invalidObject('is not valid yet')
  }
  if (isStrict) checkStrict(claims, now)
  if ('request' in claims || 'request_uri' in claims) throw invalidObject('contains another one')
  return { claims, isWhole: typeof typ === 'string' && OWN_TYPE.test(typ) }
}

/** @param problem the end of a sentence that begins with the request object */
export function invalidObject(problem: string): OAuthError {
  return new OAuthError('invalid_request_object', `The request object ${problem}.`)
}

/** @throws {OAuthError} invalid_request_object: it is valid for longer than an hour, or for any audience */
function checkStrict({ aud, exp, nbf }: Claims, now: number): void {
  if (aud === undefined || !isTime(exp) || !isTime(nbf)) {
    throw invalidObject('does not name its audience, start and end')
  }
  if (nbf < now - STRICT_LIFETIME || exp > nbf + STRICT_LIFETIME + LEEWAY) {
    throw invalidObject('is valid for more than an hour')
  }
}

function headerOf(
  object: string,
  algorithms: readonly string[],
): {
  readonly alg: string
  readonly kid?: unknown
  readonly typ?: unknown
} {
  if (object.length > MAX_REQUEST_OBJECT) throw invalidObject('is too large')
  const header = readHeader(object)
  if (!header) throw invalidObject('cannot be read')
  const { alg = '', kid, typ } = header
  if (typ !== undefined && !/^jwt$/i.test(typ) && !OWN_TYPE.test(typ)) {
    throw invalidObject('is a JWT of another kind')
  }
  if (!algorithms.includes(alg)) {
    throw invalidObject(`is not signed with ${algorithms.join(', ')}`)
  }
  return { alg, kid, typ }
}
