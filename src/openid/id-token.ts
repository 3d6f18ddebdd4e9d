import { toBase64url, utf8 } from '../crypto/bytes.ts'
import type { SigningAlgorithm } from '../store/signing-keys.ts'
import { signJwt } from './jwt.ts'
import type { SigningKey } from './keys/key-ring.ts'

/** What an ID token says (OpenID Connect Core 2). */
export interface IdTokenFacts {
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  /** Audiences besides the client. */
  readonly otherAudiences?: readonly string[]
  /** Seconds since 1970. */
  readonly now: number
  /** Seconds for which it is valid. */
  readonly lifetime: number
  /** When the user entered the password, in seconds since 1970; null to omit it. */
  readonly authTime: number | null
  /** From the authorization request. */
  readonly nonce: string | null
  readonly acr?: string | null
  /** Names of RFC 8176. */
  readonly amr?: readonly string[]
  /** The session that logout tokens name (OpenID Connect Back-Channel Logout 2.1). */
  readonly sessionId?: string | null
  /** The access token that is issued with it; null if there is none. */
  readonly accessToken?: string | null
  /** The code that is issued with it in the same front-channel answer; null if there is none. */
  readonly code?: string | null
  /** Claims about the user that belong here. They never replace those above. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Returns the claims of an ID token (OpenID Connect Core 2, 3.1.3.6, 3.3.2.11). */
export async function idTokenClaims(
  facts: IdTokenFacts,
  algorithm: SigningAlgorithm,
): Promise<Readonly<Record<string, unknown>>> {
  const { accessToken = null, acr, amr = [], authTime, clientId, code = null, nonce } = facts
  const { otherAudiences = [], sessionId } = facts
  const claims = {
    ...facts.claims,
    iss: facts.issuer,
    sub: facts.subject,
    aud: otherAudiences.length === 0 ? clientId : [clientId, ...otherAudiences],
    azp: otherAudiences.length === 0 ? undefined : clientId,
    exp: facts.now + facts.lifetime,
    iat: facts.now,
    // Another provider may vouch for somebody without saying when they signed in.
    auth_time: authTime || undefined,
    nonce: nonce ?? undefined,
    acr: acr ?? undefined,
    amr: amr.length === 0 ? undefined : amr,
    sid: sessionId ?? undefined,
    at_hash: accessToken === null ? undefined : await halfHash(accessToken, algorithm),
    c_hash: code === null ? undefined : await halfHash(code, algorithm),
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

/** Signs an ID token with a key of the algorithm that its client registered. */
export async function signIdToken(facts: IdTokenFacts, key: SigningKey): Promise<string> {
  return signJwt(await idTokenClaims(facts, key.algorithm), key)
}

const HASHES: Readonly<Record<SigningAlgorithm, 'SHA-256' | 'SHA-512'>> = {
  RS256: 'SHA-256',
  ES256: 'SHA-256',
  // Ed25519 hashes with SHA-512 (RFC 8032 5.1).
  EdDSA: 'SHA-512',
}

/** Returns the left half of a token's hash, using the hash function of the signature (OpenID Connect Core 3.1.3.6). */
async function halfHash(token: string, algorithm: SigningAlgorithm): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest(HASHES[algorithm], utf8(token)))
  return toBase64url(hash.slice(0, hash.length / 2))
}
