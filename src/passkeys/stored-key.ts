import { isoCBOR } from '@simplewebauthn/server/helpers'
import * as v from 'valibot'
import { fromBase64url, toBase64url } from '../crypto/bytes.ts'

const part = v.pipe(
  v.string(),
  v.transform((text) => fromBase64url(text)),
  v.instance(Uint8Array<ArrayBuffer>),
)
/** A JSON Web Key, as passkeys were once stored, as the entries of its COSE key (RFC 9053 7, RFC 8230 4). */
const jsonWebKey = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.pipe(
      v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: part, y: part }),
      v.transform(({ x, y }) => cose([1, 2], [3, -7], [-1, 1], [-2, x], [-3, y])),
    ),
    v.pipe(
      v.object({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: part }),
      v.transform(({ x }) => cose([1, 1], [3, -8], [-1, 6], [-2, x])),
    ),
    v.pipe(
      v.object({ kty: v.literal('RSA'), n: part, e: part }),
      v.transform(({ e, n }) => cose([1, 3], [3, -257], [-1, n], [-2, e])),
    ),
  ]),
)

function cose(...entries: readonly (readonly [number, number | Uint8Array])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(isoCBOR.encode(new Map(entries)))
}

/** Writes a COSE key as it is stored. */
export function storedKey(key: Uint8Array): string {
  return toBase64url(key)
}

/**
 * Reads a stored key as a COSE key.
 * @throws {TypeError} it is neither a COSE key nor a JSON Web Key
 */
export function readStoredKey(stored: string): Uint8Array<ArrayBuffer> {
  const key = fromBase64url(stored)
  if (key) return key
  const parsed = v.safeParse(jsonWebKey, stored)
  if (!parsed.success) throw new TypeError('the stored key is malformed')
  return parsed.output
}
