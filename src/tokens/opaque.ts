import { concat, fromBase64url, fromHex, toBase64url, toHex } from '../crypto/bytes.ts'
import type { Keys, MacPurpose } from '../crypto/keys.ts'
import type { TokenName } from '../store/records.ts'

/** Access token, refresh token, authorization code, session, registration access token, pushed request, mail link, device code. */
export type TokenKind = Extract<MacPurpose, 'at' | 'rt' | 'ac' | 'se' | 'ra' | 'pr' | 'dc' | 'ml'>

/** Kinds of token that belong to a grant. */
export type GrantTokenKind = Extract<TokenKind, 'at' | 'rt'>

const MAC_LENGTH = 32
const ID_LENGTH = 16
const SEQUENCE_LENGTH = 6

/** The number of the database that holds a grant, so that grants could be spread over several databases. There is one. */
const DATABASE = new Uint8Array([0])

/**
 * Mints a self-authenticating token: the kind, then base64url of the payload and its HMAC-SHA-256. Readable prefixes let
 * secret scanners find leaks; the MAC lets us refuse a forgery without asking the database.
 */
async function mint(kind: TokenKind, payload: Uint8Array<ArrayBuffer>, keys: Keys): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', keys[0].mac[kind], payload)
  return `${kind}_${toBase64url(concat(payload, new Uint8Array(mac)))}`
}

/**
 * Opens a token whose payload has a given length.
 * @returns the payload, or null if we did not mint the token
 */
export async function openPayload(
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

/** Mints a grant's access token or refresh token with the given number. */
export async function mintToken(
  kind: GrantTokenKind,
  { grantId, sequence }: TokenName,
  keys: Keys,
): Promise<string> {
  return mint(kind, concat(DATABASE, idBytes(grantId), sequenceBytes(sequence)), keys)
}

/**
 * Opens an access token or a refresh token.
 * @returns its grant and number, or null if we did not mint it
 */
export async function openToken(kind: GrantTokenKind, token: string, keys: Keys): Promise<TokenName | null> {
  const payload = await openPayload(kind, token, 1 + ID_LENGTH + SEQUENCE_LENGTH, keys)
  if (!payload || payload[0] !== DATABASE[0]) return null
  return {
    grantId: toHex(payload.slice(1, 1 + ID_LENGTH)),
    sequence: readSequence(payload.slice(1 + ID_LENGTH)),
  }
}

/** Mints an authorization code. Its id becomes the id of the grant. */
export async function mintCode(id: string, keys: Keys): Promise<string> {
  return mint('ac', concat(DATABASE, idBytes(id)), keys)
}

/**
 * Opens an authorization code.
 * @returns its id, or null if we did not mint it
 */
export async function openCode(code: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload('ac', code, 1 + ID_LENGTH, keys)
  return payload && payload[0] === DATABASE[0] ? toHex(payload.slice(1)) : null
}

/**
 * Mints a registration access token (RFC 7592 1.3).
 * @param id 128 bits, hexadecimal
 */
export async function mintRegistrationToken(id: string, keys: Keys): Promise<string> {
  return mint('ra', concat(DATABASE, idBytes(id)), keys)
}

/**
 * Opens a registration access token.
 * @returns its id, or null if we did not mint it
 */
export async function openRegistrationToken(token: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload('ra', token, 1 + ID_LENGTH, keys)
  return payload && payload[0] === DATABASE[0] ? toHex(payload.slice(1)) : null
}

/**
 * Mints the name of a pushed authorization request (RFC 9126 2.2).
 * @param id 128 bits, hexadecimal
 */
export async function mintPushedRequest(id: string, keys: Keys): Promise<string> {
  return mint('pr', concat(DATABASE, idBytes(id)), keys)
}

/**
 * Opens the name of a pushed authorization request.
 * @returns its id, or null if we did not mint it
 */
export async function openPushedRequest(name: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload('pr', name, 1 + ID_LENGTH, keys)
  return payload && payload[0] === DATABASE[0] ? toHex(payload.slice(1)) : null
}

/**
 * Mints a device code (RFC 8628 3.2).
 * @param id of the grant that it will create
 */
export async function mintDeviceCode(id: string, keys: Keys): Promise<string> {
  return mint('dc', concat(DATABASE, idBytes(id)), keys)
}

/**
 * Opens a device code.
 * @returns its id, or null if we did not mint it
 */
export async function openDeviceCode(code: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload('dc', code, 1 + ID_LENGTH, keys)
  return payload && payload[0] === DATABASE[0] ? toHex(payload.slice(1)) : null
}

/**
 * Mints a session token.
 * @param id 128 bits, base64url
 */
export async function mintSession(id: string, keys: Keys): Promise<string> {
  const payload = fromBase64url(id)
  if (payload?.length !== ID_LENGTH) throw new TypeError('A session id has 128 bits.')
  return mint('se', payload, keys)
}

/**
 * Opens a session token.
 * @returns its id, or null if we did not mint it
 */
export async function openSession(token: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload('se', token, ID_LENGTH, keys)
  return payload && toBase64url(payload)
}

/**
 * Mints the token of a mail link.
 * @param id 128 bits, base64url
 */
export async function mintMailLink(id: string, keys: Keys): Promise<string> {
  const payload = fromBase64url(id)
  if (payload?.length !== ID_LENGTH) throw new TypeError('The id of a link has 128 bits.')
  return mint('ml', payload, keys)
}

/**
 * Opens the token of a mail link.
 * @returns its id, or null if we did not mint the token
 */
export async function openMailLink(token: string, keys: Keys): Promise<string | null> {
  const payload = await openPayload('ml', token, ID_LENGTH, keys)
  return payload && toBase64url(payload)
}

function idBytes(id: string): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(id)
  if (bytes?.length !== ID_LENGTH) throw new TypeError('A grant id has 128 bits.')
  return bytes
}

function sequenceBytes(sequence: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SEQUENCE_LENGTH)
  for (let index = SEQUENCE_LENGTH - 1, rest = sequence; index >= 0; index--, rest = Math.floor(rest / 256)) {
    bytes[index] = rest % 256
  }
  return bytes
}

/** Reads the number that `sequenceBytes` wrote. */
export function readSequence(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0)
}
