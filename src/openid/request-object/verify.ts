import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { OAuthError } from '../../errors.ts'
import { ASSERTION_ALGORITHMS } from '../../private-key-jwt/assertion.ts'

/** Signatures of request objects that are taken. `none` is not among them: what nobody signed proves nothing (RFC 9101 10.2). */
export const REQUEST_OBJECT_ALGORITHMS: readonly string[] = ASSERTION_ALGORITHMS
/** Longest request object, in characters. */
export const MAX_REQUEST_OBJECT = 64 * 1024
/** Seconds by which clocks may differ. */
const LEEWAY = 30
/** The `typ` of RFC 9101 10.8, with and without its first part (RFC 7515 4.1.9). */
const OWN_TYPE = /^(?:application\/)?oauth-authz-req\+jwt$/i

/** What a request object must keep. */
export interface ExpectedRequestObject {
  readonly clientId: string
  /** The algorithm that the client registered; null where any that is taken will do. */
  readonly algorithm: string | null
  readonly issuer: string
  /** Seconds since 1970. */
  readonly now: number
}

/** A request object whose signature and claims hold. */
export interface VerifiedRequestObject {
  readonly claims: Readonly<Record<string, unknown>>
  /** It says by its type that it is the whole request (RFC 9101 6.3); else what it lacks may stand beside it (Core 6.1). */
  readonly isWhole: boolean
}

/**
 * Reads the key that a request object names, and refuses what no key can make good.
 * @returns null where it names none
 * @throws {OAuthError} invalid_request_object: it cannot be read, is a JWT of another kind, or is not signed by an algorithm that
 *   is taken
 */
export function readRequestObjectKeyId(object: string): string | null {
  const { kid } = headerOf(object)
  return typeof kid === 'string' ? kid : null
}

/**
 * Verifies a request object (RFC 9101 6.2, 6.3, OpenID Connect Core 6.3). Keys that its header brings along or points to are not
 * looked at (RFC 8725 3.10).
 * @param keys the client's
 * @throws {OAuthError} invalid_request_object
 */
export async function verifyRequestObject(
  object: string,
  keys: readonly JWK[],
  { algorithm, clientId, issuer, now }: ExpectedRequestObject,
): Promise<VerifiedRequestObject> {
  const { alg, typ } = headerOf(object)
  if (algorithm !== null && alg !== algorithm) throw invalidObject('is not signed as the client registered')
  const claims = await openSigned(object, keys, alg)
  const { aud, client_id, exp, iat, iss, nbf, sub } = claims
  if (client_id !== clientId) throw invalidObject('does not name the client that sends it')
  if (iss !== undefined && iss !== clientId) throw invalidObject('was issued by somebody else')
  // An assertion of the client, which has the client as its subject, is no request (RFC 9101 10.8).
  if (sub !== undefined) throw invalidObject('has a subject, as JWTs of another kind do')
  const audiences = Array.isArray(aud) ? Array.from<unknown>(aud) : [aud]
  if (aud !== undefined && !audiences.includes(issuer)) throw invalidObject('is meant for another server')
  if (exp !== undefined && (!isTime(exp) || exp <= now - LEEWAY)) throw invalidObject('has expired')
  for (const time of [iat, nbf]) {
    if (time !== undefined && (!isTime(time) || time > now + LEEWAY)) throw invalidObject('is of the future')
  }
  if ('request' in claims || 'request_uri' in claims) throw invalidObject('holds another one')
  return { claims, isWhole: typeof typ === 'string' && OWN_TYPE.test(typ) }
}

/** @param problem the end of a sentence that begins with the request object */
export function invalidObject(problem: string): OAuthError {
  return new OAuthError('invalid_request_object', `The request object ${problem}.`)
}

function headerOf(object: string): {
  readonly alg: string
  readonly kid?: unknown
  readonly typ?: unknown
} {
  if (object.length > MAX_REQUEST_OBJECT) throw invalidObject('is too large')
  const { alg = '', kid, typ } = decodeHeader(object)
  if (typ !== undefined && !/^jwt$/i.test(typ) && !OWN_TYPE.test(typ)) {
    throw invalidObject('is a JWT of another kind')
  }
  if (!REQUEST_OBJECT_ALGORITHMS.includes(alg)) {
    throw invalidObject(`is not signed by ${REQUEST_OBJECT_ALGORITHMS.join(', ')}`)
  }
  return { alg, kid, typ }
}

function decodeHeader(object: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(object)
  } catch {
    throw invalidObject('cannot be read')
  }
}

async function openSigned(
  object: string,
  keys: readonly JWK[],
  alg: string,
): Promise<Readonly<Record<string, unknown>>> {
  for (const key of keys) {
    if (key.alg !== undefined && key.alg !== alg) continue
    try {
      const { payload } = await compactVerify(object, await importJWK(key, alg), { algorithms: [alg] })
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(payload)
      const claims: unknown = JSON.parse(text)
      if (isObject(claims)) return claims
    } catch {
      // Another key may have signed it.
    }
  }
  throw invalidObject('is not signed by a key of the client')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
