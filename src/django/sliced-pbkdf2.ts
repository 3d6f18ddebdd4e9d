import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'

/** Iterations between two pauses: about 30 ms of CPU. The clock of a Worker stands still while it computes, so they are counted. */
const SLICE = 16_384

/** What to derive: one block, as long as the digest (RFC 8018 5.2). */
export interface Pbkdf2Rule {
  /** Text, or bytes. */
  readonly salt: string | Uint8Array
  readonly iterations: number
  readonly digest: 'sha1' | 'sha256' | 'sha512'
}

const DIGESTS = { sha1, sha256, sha512 }

/**
 * Derives PBKDF2 in plain JavaScript, where the runtime refuses so many iterations. Other requests of the isolate go on in between.
 * @returns as many bytes as the digest has
 */
export async function slicedPbkdf2(
  password: string,
  { digest, iterations, salt }: Pbkdf2Rule,
): Promise<Uint8Array> {
  const prf = hmac.create(DIGESTS[digest], new TextEncoder().encode(password))
  const scratch = prf.clone()
  const last = prf
    .clone()
    .update(typeof salt === 'string' ? new TextEncoder().encode(salt) : salt)
    .update(Uint8Array.of(0, 0, 0, 1))
    .digest()
  const derived = last.slice()
  for (let done = 1; done < iterations; done++) {
    if (done % SLICE === 0) await pause()
    // oxlint-disable-next-line no-underscore-dangle -- the public `clone` makes three objects an iteration
    prf._cloneInto(scratch).update(last).digestInto(last)
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
