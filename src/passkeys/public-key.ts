import * as v from 'valibot'
import { concat, fromBase64url, toBase64url } from '../crypto/bytes.ts'
import type { Cbor, CborMap } from './cbor.ts'

/** Algorithms with which authenticators may sign, best first: ES256, EdDSA with Ed25519, RS256 (IANA COSE algorithms). */
export const ALGORITHMS: readonly number[] = [-7, -8, -257]

/** The shortest RSA modulus, in bytes; below 2,048 bits it would be insecure. */
const LEAST_MODULUS = 256

const text = v.string()
const publicJwk = v.variant('kty', [
  v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: text, y: text }),
  v.object({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: text }),
  v.object({ kty: v.literal('RSA'), n: text, e: text }),
])
/** A public key as stored: a JSON Web Key, whose type determines the algorithm. */
export type PublicJwk = v.InferOutput<typeof publicJwk>

/**
 * Reads a COSE key (RFC 9052 7).
 * @throws {TypeError} it is not a public key for one of the algorithms
 */
export function toJwk(key: CborMap): PublicJwk {
  const [type, algorithm, curve] = [key.get(1), key.get(3), key.get(-1)]
  if (algorithm === -7 && type === 2 && curve === 1) {
    return { kty: 'EC', crv: 'P-256', x: toBase64url(part(key, -2)), y: toBase64url(part(key, -3)) }
  }
  if (algorithm === -8 && type === 1 && curve === 6)
    return { kty: 'OKP', crv: 'Ed25519', x: toBase64url(part(key, -2)) }
  if (algorithm === -257 && type === 3 && part(key, -1).length >= LEAST_MODULUS) {
    return { kty: 'RSA', n: toBase64url(part(key, -1)), e: toBase64url(part(key, -2)) }
  }
  throw new TypeError('the key is of no algorithm that was asked for')
}

function part(key: CborMap, label: number): Uint8Array {
  const value: Cbor | undefined = key.get(label)
  if (value instanceof Uint8Array) return value
  throw new TypeError('the key lacks a part')
}

const IMPORTS = {
  EC: { name: 'ECDSA', namedCurve: 'P-256' },
  OKP: { name: 'Ed25519' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const

/**
 * Imports a stored key.
 * @throws a WebCrypto error if it is not a key
 */
export async function importKey(jwk: PublicJwk): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', jwk, IMPORTS[jwk.kty], false, ['verify'])
}

/**
 * Verifies a signature with a stored key.
 * @param stored the JSON Web Key as text
 * @param signature as in WebAuthn Level
 * 3 6.5.5: DER for ES256
 */
export async function verifySignature(
  stored: string,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const jwk = v.parse(v.pipe(v.string(), v.parseJson(), publicJwk), stored)
  const raw = jwk.kty === 'EC' ? fromDer(signature) : signature
  const algorithm = { name: IMPORTS[jwk.kty].name, hash: 'SHA-256' }
  return raw !== null && crypto.subtle.verify(algorithm, await importKey(jwk), raw, data)
}

/** Bytes of each of the two numbers of a signature with P-256. */
const NUMBER_LENGTH = 32

/** Converts an ECDSA signature in DER (RFC 3279 2.2.3) to the two numbers that WebCrypto expects; null if it is malformed. */
function fromDer(der: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const first = readInteger(der, 2)
  const second = first && readInteger(der, first.end)
  const isWhole = der[0] === 0x30 && der[1] === der.length - 2 && second?.end === der.length
  return first && second && isWhole ? concat(first.number, second.number) : null
}

function readInteger(
  der: Uint8Array<ArrayBuffer>,
  at: number,
): { readonly number: Uint8Array<ArrayBuffer>; readonly end: number } | null {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  if (der[at] !== 2 || length === 0 || length > NUMBER_LENGTH + 1 || end > der.length) return null
  // A number whose first bit is set has a leading zero.
  const digits = der.slice(length > NUMBER_LENGTH ? at + 3 : at + 2, end)
  if (length > NUMBER_LENGTH && der[at + 2] !== 0) return null
  return { number: concat(new Uint8Array(NUMBER_LENGTH - digits.length), digits), end }
}

/** Decodes base64url that has already been checked. */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(base64url)
  if (!bytes) throw new TypeError('this is not base64url')
  return bytes
}
