import { createHmac } from 'node:crypto'
import { Secret, TOTP } from 'otpauth/bare'
import { randomBytes, toBase64url, utf8 } from '../crypto/bytes.ts'
import type { Keys } from '../crypto/keys.ts'
import { seal, unseal } from '../crypto/seal.ts'

/** Seconds of a time step, and digits of a code, as every app supports them (RFC 6238 5.2, Key URI Format). */
const STEP = 30
const DIGITS = 6
/** Bytes of a secret: as long as the hash (RFC 4226 4). */
const SECRET_LENGTH = 20

/** Creates a secret as apps expect it, in base32 (RFC 4648 6). */
export function newSecret(): string {
  return toBase32(randomBytes(SECRET_LENGTH))
}

/** Encodes bytes as base32 without padding. */
export function toBase32(bytes: Uint8Array<ArrayBuffer>): string {
  return new Secret({ buffer: bytes.slice().buffer }).base32
}

/** Returns the URI with a secret for an app's QR code (Key URI Format). */
export function keyUri(
  secret: string,
  { issuer, user }: { readonly issuer: string; readonly user: string },
): string {
  return totpOf(secret, { issuer, label: user }).toString()
}

/**
 * Finds the time step of a code: this one, or an adjacent one, as clocks differ (RFC 6238 5.2).
 * @param after the step of
 * the last accepted code; codes of that step or earlier are invalid
 * @returns null if the code matches none
 */
export function stepOf(code: string, secret: string, now: number, after: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: now * 1000, window: 1 })
  const step = delta === null ? null : Math.floor(now / STEP) + delta
  return step !== null && step > after ? step : null
}

function totpOf(secret: string, shown: { readonly issuer?: string; readonly label?: string } = {}): TOTP {
  return new TOTP({ ...shown, secret, digits: DIGITS, period: STEP, hmac: hmacSha1 })
}

/** The runtime's own HMAC, so that the library needs no hashes. */
function hmacSha1(_algorithm: string, key: Uint8Array, message: Uint8Array): Uint8Array {
  return createHmac('sha1', key).update(message).digest()
}

/** Reads typed digits, without the spaces that apps show; null if they are not a code. */
export function readCode(typed: string | undefined): string | null {
  const digits = (typed ?? '').replaceAll(/\s/g, '')
  return new RegExp(`^\\d{${DIGITS}}$`).test(digits) ? digits : null
}

/** Seals a user's secret for the storage. */
export async function sealSecret(secret: string, userId: string, keys: Keys): Promise<string> {
  return seal(secret, `one-time codes of ${userId}`, keys)
}

/** Opens a sealed secret; null if it was sealed for somebody else, or with a key that no longer exists. */
export async function openSecret(sealed: string, userId: string, keys: Keys): Promise<string | null> {
  return unseal(sealed, `one-time codes of ${userId}`, keys)
}

/** How many recovery codes a user has. */
export const RECOVERY_CODES = 10

/** Creates recovery codes, 80 bits each, in groups that can be read and typed. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () =>
    (toBase32(randomBytes(10)).toLowerCase().match(/.{4}/g) ?? []).join('-'),
  )
}

/** Normalises a typed recovery code; null if it is invalid. */
export function readRecoveryCode(typed: string | undefined): string | null {
  const letters = (typed ?? '').toUpperCase().replaceAll(/[\s-]/g, '')
  const meant = letters.replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('8', 'B')
  return /^[A-Z2-7]{16}$/.test(meant) ? (meant.toLowerCase().match(/.{4}/g) ?? []).join('-') : null
}

/** Returns the stored hash of a recovery code; it has 80 random bits, so a plain hash is enough. */
export async function recoveryCodeHash(code: string, userId: string): Promise<string> {
  const text = utf8(`recovery code\n${userId}\n${code}`)
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}
