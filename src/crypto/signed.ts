import { compactVerify, decodeProtectedHeader, type JWK, type ProtectedHeaderParameters } from 'jose'
import { fromBase64url } from './bytes.ts'
import { asObject } from './json.ts'

/** The claims of a JWT (RFC 7519 4). */
export type Claims = Readonly<Record<string, unknown>>

/**
 * Opens a JWT that one of the keys has signed, with the algorithm that its header names and the key is for. Keys that the
 * header contains or points to are ignored (RFC 8725 3.10).
 * @returns its claims; null if no key has signed it, or it contains no object
 */
export async function openSigned(
  jwt: string,
  keys: readonly JWK[],
  algorithm: string,
): Promise<Claims | null> {
  for (const key of keys) {
    if (key.alg !== undefined && key.alg !== algorithm) continue
    try {
      const { payload } = await compactVerify(jwt, key, { algorithms: [algorithm] })
      return parseClaims(payload)
    } catch {
      // Another key may have created the signature.
    }
  }
  return null
}

/** Returns the unverified header of a JWT; null if it cannot be read, as if there are several JWTs. */
export function readHeader(jwt: string): ProtectedHeaderParameters | null {
  try {
    return decodeProtectedHeader(jwt)
  } catch {
    return null
  }
}

/** Returns the type of JWT that a header names, in lower case and without `application/` (RFC 7515 4.1.9); null if it names none. */
export function typeOf(header: Readonly<Record<string, unknown>> | null): string | null {
  const type = header?.['typ']
  return typeof type === 'string' ? type.toLowerCase().replace(/^application\//, '') : null
}

/** Returns the unverified claims of a JWT; null if it contains no object. */
export function claimsOf(jwt: string): Claims | null {
  const bytes = fromBase64url(jwt.split('.')[1] ?? '')
  return bytes && parseClaims(bytes)
}

function parseClaims(bytes: Uint8Array): Claims | null {
  try {
    return asObject(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)))
  } catch {
    return null
  }
}

/** Returns whether a claim is a time (RFC 7519 2, NumericDate). */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
