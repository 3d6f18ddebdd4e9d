import { concat, utf8 } from '../crypto/bytes.ts'

/**
 * Iterations between two pauses: about 30 ms of CPU. A Worker's clock stands still while it computes, so iterations are
 * counted.
 */
const SLICE = 16_384

/** What to derive: one block, as long as the digest (RFC 8018 5.2). */
export interface Pbkdf2Rule {
  /** A string, or bytes. */
  readonly salt: string | Uint8Array
  readonly iterations: number
  readonly digest: 'sha1' | 'sha256' | 'sha512'
}

const HASHES = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const

/**
 * Derives PBKDF2 one HMAC at a time, as the runtime refuses so many iterations at once. Other requests of the isolate
 * continue in between.
 * @returns as many bytes as the digest has
 */
export async function slicedPbkdf2(
  password: string,
  { digest, iterations, salt }: Pbkdf2Rule,
): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: HASHES[digest] }
  // HMAC pads a short key with zeros, so this is the empty one, which WebCrypto does not accept.
  const key = await crypto.subtle.importKey('raw', utf8(password || '\0'), algorithm, false, ['sign'])
  const sign = async (data: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.sign('HMAC', key, data))
  let last = await sign(concat(typeof salt === 'string' ? utf8(salt) : salt, Uint8Array.of(0, 0, 0, 1)))
  const derived = last.slice()
  for (let done = 1; done < iterations; done++) {
    if (done % SLICE === 0) await pause()
    last = await sign(last)
    for (let at = 0; at < last.length; at++) derived[at]! ^= last[at]!
  }
  return derived
}

/** Lets the event loop turn once. */
async function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
