import { compactVerify, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT } from 'jose'
import type { KeyContext, KeyRing, SigningKey } from './keys/key-ring.ts'

/** Signs claims as a JWT (RFC 7519 7.1) whose header names key and algorithm. */
export async function signJwt(
  claims: Readonly<Record<string, unknown>>,
  { algorithm, kid, privateKey }: SigningKey,
  type = 'JWT',
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, kid, typ: type }).sign(privateKey)
}

/**
 * Reads a JWT that we have signed, whether or not it has expired, as hints may be (OpenID Connect RP-Initiated Logout 2). Keys
 * that a header brings along or points to are not looked at, and the algorithm is the key's own (RFC 8725 3.1, 3.10).
 * @param expected who issued it, and the `typ` of its header
 * @returns its claims; null where we did not sign it, or not as this type of token
 */
export async function openOwnJwt(
  token: string,
  expected: { readonly issuer: string; readonly type?: string },
  ring: Pick<KeyRing, 'publishedKey'>,
  context: KeyContext,
): Promise<JWTPayload | null> {
  const kid = readKeyId(token, expected.type ?? 'JWT')
  const key = kid === null ? null : await ring.publishedKey(kid, context)
  if (!key) return null
  try {
    const publicKey = await importJWK(key.publicKey, key.algorithm)
    const { payload } = await compactVerify(token, publicKey, { algorithms: [key.algorithm] })
    const claims: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(payload),
    )
    return isClaims(claims) && claims.iss === expected.issuer ? claims : null
  } catch {
    return null
  }
}

function readKeyId(token: string, type: string): string | null {
  try {
    const { kid, typ } = decodeProtectedHeader(token)
    return typ === type && typeof kid === 'string' ? kid : null
  } catch {
    return null
  }
}

function isClaims(claims: unknown): claims is JWTPayload {
  return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
}
