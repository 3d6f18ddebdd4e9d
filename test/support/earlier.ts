import { concat, toBase64url } from '../../src/crypto/bytes.ts'
import type { Keys } from '../../src/crypto/keys.ts'

/** Mints a token of any payload, as the first format did: an access token and a code said their id, a refresh token grant and number. */
export async function mintEarlier(
  kind: 'ac' | 'at' | 'rt',
  payload: Uint8Array<ArrayBuffer>,
  keys: Keys,
): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', keys[0].mac[kind], payload)
  return `${kind}_${toBase64url(concat(payload, new Uint8Array(mac)))}`
}
