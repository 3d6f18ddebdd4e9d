import { CompactSign, type JWTPayload } from 'jose'
import { utf8 } from '../crypto/bytes.ts'
import { openSigned, readHeader } from '../crypto/signed.ts'
import type { KeyContext, KeyRing, SigningKey } from './keys/key-ring.ts'

/** Signs claims as a JWT (RFC 7519 7.1) whose header names key and algorithm. */
export async function signJwt(
  claims: Readonly<Record<string, unknown>>,
  { algorithm, kid, privateKey }: SigningKey,
  type = 'JWT',
): Promise<string> {
  return new CompactSign(utf8(JSON.stringify(claims)))
    .setProtectedHeader({ alg: algorithm, kid, typ: type })
    .sign(privateKey)
}

/**
 * Reads a JWT that we have signed, whether or not it has expired, as hints may be (OpenID Connect RP-Initiated Logout 2). The
 * algorithm is the key's own (RFC 8725 3.1).
 * @param expected the issuer, or null if our key suffices, and the `typ` of its header
 * @returns its claims; null if we did not sign it, or not as this type of token
 */
export async function openOwnJwt(
  token: string,
  expected: { readonly issuer: string | null; readonly type?: string },
  ring: Pick<KeyRing, 'publishedKey'>,
  context: KeyContext,
): Promise<JWTPayload | null> {
  const kid = readKeyId(token, expected.type ?? 'JWT')
  const key = kid === null ? null : await ring.publishedKey(kid, context)
  const claims: JWTPayload | null = key && (await openSigned(token, [key.publicKey], key.algorithm))
  const { issuer } = expected
  return issuer === null || claims?.iss === issuer ? claims : null
}

function readKeyId(token: string, type: string): string | null {
  const header = readHeader(token)
  return header?.typ === type && typeof header.kid === 'string' ? header.kid : null
}
