import { calculateJwkThumbprint, type JWK } from 'jose'
import { sha256Base64url } from '../crypto/bytes.ts'
import { isTime, openSigned, readHeader } from '../crypto/signed.ts'
import { OAuthError } from '../errors.ts'

/** Accepted signature algorithms: asymmetric ones, without the padding that FAPI 2.0 5.4 rules out. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'EdDSA', 'PS256']
/** Longest proof, in characters. */
const MAX_LENGTH = 8000
/** Longest `jti`, in characters. */
const MAX_JTI = 500
/** Seconds for which a proof is valid after it was created. */
const MAX_AGE = 60
/** Seconds by which the clock of its sender may be ahead. */
const LEEWAY = 15
/** Members that only private or symmetric keys have (RFC 7518 6.2.2, 6.3.2, 6.4). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** What a proof must be for. */
export interface ExpectedProof {
  readonly method: string
  /** URLs of this request, any of which is accepted. */
  readonly urls: readonly string[]
  /** The token that it comes with; null at an endpoint that issues tokens. */
  readonly accessToken: string | null
  /** Seconds since 1970. */
  readonly now: number
}

/** A verified proof; its nonce and its first use remain to be checked. */
export interface VerifiedProof {
  /** Thumbprint of its key (RFC 7638). */
  readonly jkt: string
  /** A hash of its key and `jti`. */
  readonly hash: string
  readonly nonce: string | null
  /** When it expires, in seconds since 1970. */
  readonly expiresAt: number
}

/**
 * Verifies a proof of possession (RFC 9449 4.3), except for its nonce and its first use.
 * @throws {OAuthError} invalid_dpop_proof, with the rule that it breaks
 */
export async function verifyProof(proof: string, expected: ExpectedProof): Promise<VerifiedProof> {
  const { alg, jwk } = headerOf(proof)
  const claims = await openSigned(proof, [jwk], alg)
  if (!claims) throw invalidProof('is not signed with its key')
  const { ath, exp, htm, htu, iat, jti, nbf, nonce } = claims
  const { accessToken, method, now, urls } = expected
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) throw invalidProof('has no jti')
  if (htm !== method) throw invalidProof('is for another method')
  if (typeof htu !== 'string' || !isOneOf(htu, urls)) throw invalidProof('is for another URL')
  if (!isTime(iat) || iat < now - MAX_AGE)
    throw invalidProof('is too old, or does not say when it was created')
  if (iat > now + LEEWAY || (nbf !== undefined && (!isTime(nbf) || nbf > now + LEEWAY))) {
    throw invalidProof('is not valid yet')
  }
  if (exp !== undefined && (!isTime(exp) || exp <= now - LEEWAY)) throw invalidProof('has expired')
  if (accessToken !== null && ath !== (await sha256Base64url(accessToken))) {
    throw invalidProof('is for another access token')
  }
  if (nonce !== undefined && typeof nonce !== 'string') throw invalidProof('has a nonce that is not a string')
  const jkt = await calculateJwkThumbprint(jwk)
  return {
    jkt,
    hash: await sha256Base64url(`${jkt}\n${jti}`),
    nonce: nonce ?? null,
    expiresAt: Math.ceil(iat) + MAX_AGE + 1,
  }
}

/** @param problem the end of a sentence that begins with the proof */
export function invalidProof(problem: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', `The DPoP proof ${problem}.`)
}

function headerOf(proof: string): { readonly alg: string; readonly jwk: JWK } {
  if (proof.length > MAX_LENGTH) throw invalidProof('is too long')
  const header = readHeader(proof)
  if (!header) throw invalidProof('cannot be read, or there are several')
  const { alg = '', jwk, typ } = header
  if (typ !== 'dpop+jwt') throw invalidProof('is a JWT of another kind')
  if (!PROOF_ALGORITHMS.includes(alg)) throw invalidProof(`is not signed with ${PROOF_ALGORITHMS.join(', ')}`)
  if (typeof jwk !== 'object' || jwk === null) throw invalidProof('has no key')
  if (PRIVATE.some((name) => Object.hasOwn(jwk, name))) throw invalidProof('has a key that is not public')
  return { alg, jwk }
}

/** RFC 9449 4.3: without query and fragment, normalised by its scheme (RFC 3986 6.2). */
function isOneOf(htu: string, urls: readonly string[]): boolean {
  const wanted = normalUrl(htu)
  return wanted !== null && urls.some((url) => normalUrl(url) === wanted)
}

function normalUrl(text: string): string | null {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  return `${url.origin}${url.pathname.replaceAll(/%[\da-f]{2}/gi, normalOctet)}`
}

/** Returns an octet unescaped if it needs no escape, else in upper case (RFC 3986 6.2.2). */
function normalOctet(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase()
}
