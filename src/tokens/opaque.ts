import { concat, fromBase64url, sha256, toBase64url } from '../crypto/bytes.ts'
import type { Keys, MacPurpose } from '../crypto/keys.ts'

/** Kinds of token: access token, refresh token, authorization code, session. */
export type TokenKind = Extract<MacPurpose, 'at' | 'rt' | 'ac' | 'se'>

const MAC_LENGTH = 32
const ID_LENGTH = 16
const SEQUENCE_LENGTH = 6

/** What a refresh token says: the grant it belongs to, and its number in the rotation. */
export interface RefreshTokenPayload {
  readonly grantId: string
  readonly sequence: number
}

/**
 * Mints a token that vouches for itself: the kind, then base64url of the payload and its HMAC-SHA-256. Readable
 * prefixes let secret scanners find leaks; the MAC lets a forgery be refused without asking the database.
 */
async function mint(kind: TokenKind, payload: Uint8Array<ArrayBuffer>, keys: Keys): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', keys[0].mac[kind], payload)
  return `${kind}_${toBase64url(concat(payload, new Uint8Array(mac)))}`
}

/** The payload of a token that we minted, else null. */
async function open(
  kind: TokenKind,
  token: string,
  length: number,
  keys: Keys,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!token.startsWith(`${kind}_`)) return null
  const bytes = fromBase64url(token.slice(kind.length + 1))
  if (bytes?.length !== length + MAC_LENGTH) return null
  const payload = bytes.slice(0, length)
  const mac = bytes.slice(length)
  for (const key of keys) {
    if (await crypto.subtle.verify('HMAC', key.mac[kind], mac, payload)) return payload
  }
  return null
}

/**
 * Mints an access token, code or session token.
 * @param id 128 bits, base64url: what the storage knows the token by
 */
export async function mintToken(kind: Exclude<TokenKind, 'rt'>, id: string, keys: Keys): Promise<string> {
  const payload = fromBase64url(id)
  if (payload?.length !== ID_LENGTH) throw new TypeError('A token id has 128 bits.')
  return mint(kind, payload, keys)
}

/**
 * Opens an access token, code or session token.
 * @returns its id, or null where we did not mint it
 */
export async function openToken(
  kind: Exclude<TokenKind, 'rt'>,
  token: string,
  keys: Keys,
): Promise<string | null> {
  const payload = await open(kind, token, ID_LENGTH, keys)
  return payload && toBase64url(payload)
}

/** Mints the refresh token of a grant with a number. */
export async function mintRefreshToken(
  { grantId, sequence }: RefreshTokenPayload,
  keys: Keys,
): Promise<string> {
  const id = fromBase64url(grantId)
  if (id?.length !== ID_LENGTH) throw new TypeError('A grant id has 128 bits.')
  return mint('rt', concat(id, sequenceBytes(sequence)), keys)
}

/**
 * Opens a refresh token.
 * @returns what it says, or null where we did not mint it
 */
export async function openRefreshToken(token: string, keys: Keys): Promise<RefreshTokenPayload | null> {
  const payload = await open('rt', token, ID_LENGTH + SEQUENCE_LENGTH, keys)
  if (!payload) return null
  const sequence = payload.slice(ID_LENGTH).reduce((number, byte) => number * 256 + byte, 0)
  return { grantId: toBase64url(payload.slice(0, ID_LENGTH)), sequence }
}

/**
 * The id of the access token that goes with a refresh token: it follows from grant and number, so that the answer to a
 * lost reply can be said again without having been stored.
 */
export async function accessTokenIdOf({ grantId, sequence }: RefreshTokenPayload): Promise<string> {
  const id = fromBase64url(grantId)
  if (id?.length !== ID_LENGTH) throw new TypeError('A grant id has 128 bits.')
  return toBase64url((await sha256(concat(id, sequenceBytes(sequence)))).slice(0, ID_LENGTH))
}

function sequenceBytes(sequence: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SEQUENCE_LENGTH)
  for (let index = SEQUENCE_LENGTH - 1, rest = sequence; index >= 0; index--, rest = Math.floor(rest / 256)) {
    bytes[index] = rest % 256
  }
  return bytes
}
