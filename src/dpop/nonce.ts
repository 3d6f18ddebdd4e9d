import { concat, fromBase64url, toBase64url, utf8 } from '../crypto/bytes.ts'
import type { Keys } from '../crypto/keys.ts'

/** Seconds after which the nonce changes. */
const STEP = 60
/** Steps for which a nonce is valid, including the present one. */
const STEPS = 5
const TIME_LENGTH = 4
const MAC_LENGTH = 16

/**
 * Returns the current nonce (RFC 9449 8): the time and its MAC, so that it needs no storage, and nobody else can predict the
 * next one.
 * @param now seconds since 1970
 */
export async function currentNonce(now: number, keys: Keys): Promise<string> {
  const time = timeBytes(Math.floor(now / STEP))
  return toBase64url(concat(time, (await macOf(time, keys[0].mac.nonce)).slice(0, MAC_LENGTH)))
}

/**
 * Checks a nonce.
 * @returns `current`, `recent` if it is valid but a newer one must be announced, null if it is not valid
 */
export async function checkNonce(
  nonce: string,
  now: number,
  keys: Keys,
): Promise<'current' | 'recent' | null> {
  const bytes = fromBase64url(nonce)
  if (bytes?.length !== TIME_LENGTH + MAC_LENGTH) return null
  const time = bytes.slice(0, TIME_LENGTH)
  const age = Math.floor(now / STEP) - new DataView(time.buffer).getUint32(0)
  if (age < 0 || age >= STEPS) return null
  for (const { mac } of keys) {
    const expected = concat(time, (await macOf(time, mac.nonce)).slice(0, MAC_LENGTH))
    if (toBase64url(expected) === nonce) return age === 0 ? 'current' : 'recent'
  }
  return null
}

function timeBytes(step: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TIME_LENGTH)
  new DataView(bytes.buffer).setUint32(0, step)
  return bytes
}

async function macOf(time: Uint8Array<ArrayBuffer>, key: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  const text = concat(utf8('dpop nonce '), time)
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, text))
}
