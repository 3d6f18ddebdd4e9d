import { concat, fromBase64url, randomBytes, toBase64url, utf8 } from './bytes.ts'
import type { Keys } from './keys.ts'

const NONCE_LENGTH = 12

/**
 * Seals a string so that only this provider can read or create it (AES-256-GCM).
 * @param text what to seal
 * @param context the purpose of the seal; opening it requires the same one
 */
export async function seal(text: string, context: string, keys: Keys): Promise<string> {
  const nonce = randomBytes(NONCE_LENGTH)
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: utf8(context) }
  return toBase64url(
    concat(nonce, new Uint8Array(await crypto.subtle.encrypt(algorithm, keys[0].seal, utf8(text)))),
  )
}

/**
 * Opens what `seal` returned.
 * @returns the text, or null if it was not sealed by this provider for this context
 */
export async function unseal(sealed: string, context: string, keys: Keys): Promise<string | null> {
  const bytes = fromBase64url(sealed)
  if (!bytes || bytes.length <= NONCE_LENGTH) return null
  const algorithm = { name: 'AES-GCM', iv: bytes.slice(0, NONCE_LENGTH), additionalData: utf8(context) }
  for (const { seal: key } of keys) {
    const opened = await crypto.subtle.decrypt(algorithm, key, bytes.slice(NONCE_LENGTH)).catch(() => null)
    if (opened) return new TextDecoder().decode(opened)
  }
  return null
}
