import type { Params, Provider } from '../concepts.ts'
import { equal, sha256Base64url } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import type { Client } from '../store/records.ts'

/** base64url of a SHA-256, without padding. */
const CODE_CHALLENGE = /^[\w-]{43}$/
/** RFC 7636 4.1. */
const CODE_VERIFIER = /^[\w.~-]{43,128}$/

/** Returns whether a client must use PKCE: OAUTH_REQUIRE_PKCE demands it of all, even of those that are registered without. */
export function pkceRule(
  { requirePkce }: Client,
  { settings }: Pick<Provider, 'settings'>,
): Pick<Client, 'requirePkce'> {
  return { requirePkce: requirePkce || settings.requirePkce }
}

/**
 * Checks the challenge of an authorization request (RFC 7636 4.3). Only S256 is accepted: `plain`, which is the default if a
 * request names no method, does not protect against anybody who sees the request (RFC 9700 2.1.1).
 * @returns the challenge; null if none was sent and the client need not use PKCE
 * @throws {OAuthError} invalid_request: missing, malformed, or another method
 */
export function checkCodeChallenge(
  params: Params,
  { requirePkce }: Pick<Client, 'requirePkce'>,
): string | null {
  const challenge = params.get('code_challenge')
  const method = params.get('code_challenge_method')
  if (challenge === undefined) {
    if (method !== undefined || requirePkce) {
      throw new OAuthError('invalid_request', "No 'code_challenge' included in the request.")
    }
    return null
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', "The 'code_challenge_method' must be S256.")
  if (!CODE_CHALLENGE.test(challenge)) {
    throw new OAuthError('invalid_request', "The 'code_challenge' is not a SHA-256 in base64url.")
  }
  return challenge
}

/**
 * Verifies a code_verifier against the challenge that its code was bound to (RFC 7636 4.6).
 * @param codeChallenge base64url SHA-256 from the authorization request; null if it had none
 * @param codeVerifier 43 to 128 unreserved characters (RFC 7636 4.1), from the token request
 * @returns false if it is missing, malformed, does not match, or comes without a challenge (RFC 9700 4.8)
 */
export async function verifyCodeVerifier(
  codeChallenge: string | null,
  codeVerifier: string | undefined,
): Promise<boolean> {
  if (codeChallenge === null || codeVerifier === undefined)
    return codeChallenge === null && codeVerifier === undefined
  return CODE_VERIFIER.test(codeVerifier) && equal(await sha256Base64url(codeVerifier), codeChallenge)
}
