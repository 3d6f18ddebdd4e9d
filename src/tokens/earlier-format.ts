import { toBase64url } from '../crypto/bytes.ts'
import type { Keys } from '../crypto/keys.ts'
import { openPayload, readSequence } from './opaque.ts'

// Tokens and codes of the first format name rows that are gone: access tokens and codes by ids of their own, refresh tokens
// by the former id of their grant. Storage knows these ids as aliases. Once the last of them has expired, this file can be
// deleted.

const ID_LENGTH = 16
const SEQUENCE_LENGTH = 6

/**
 * Opens an access token or a code of the first format. Returns the id under which storage knows it, or null if we did not
 * mint it.
 */
export async function openEarlierId(kind: 'at' | 'ac', token: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload(kind, token, ID_LENGTH, keys)
  return payload && toBase64url(payload)
}

/** Opens a refresh token of the first format. Returns its grant's former id and its number, or null if we did not mint it. */
export async function openEarlierRefreshToken(
  token: string,
  keys: Keys,
): Promise<{ readonly grantId: string; readonly sequence: number } | null> {
  const payload = await openPayload('rt', token, ID_LENGTH + SEQUENCE_LENGTH, keys)
  return (
    payload && {
      grantId: toBase64url(payload.slice(0, ID_LENGTH)),
      sequence: readSequence(payload.slice(ID_LENGTH)),
    }
  )
}
