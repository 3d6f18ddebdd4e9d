import { randomBytes, toBase64url } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'

/**
 * Checks a client id that somebody chose, by the characters of RFC 6749 appendix A.1.
 * @throws {InvalidInputError} it is empty, longer than 255 characters, or not printable ASCII
 */
export function checkClientId(clientId: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(clientId)) return clientId
  throw new InvalidInputError(
    'client_id',
    'The client id must have 1 to 255 printable ASCII characters (RFC 6749 A.1).',
  )
}

/**
 * Checks a client secret that another provider created, by the characters of RFC 6749 appendix A.2.
 * @throws {InvalidInputError} it is empty, longer than 512 characters, or not printable ASCII
 */
export function checkClientSecret(secret: string): string {
  if (/^[\x20-\x7e]{1,512}$/.test(secret)) return secret
  throw new InvalidInputError(
    'client_secret',
    'The secret must have 1 to 512 printable ASCII characters (RFC 6749 A.2).',
  )
}

/** The fewest characters that a chosen secret may have. */
const MIN_CHOSEN_SECRET = 12

/**
 * Checks a client secret that somebody chose.
 * @throws {InvalidInputError} it is shorter than 12 characters, longer than 512, or not printable ASCII
 */
export function checkChosenSecret(secret: string): string {
  if (secret.length >= MIN_CHOSEN_SECRET) return checkClientSecret(secret)
  throw new InvalidInputError(
    'client_secret',
    `The secret must have at least ${MIN_CHOSEN_SECRET} characters. Without one, a random secret is created.`,
  )
}

/** Returns a new client id of 128 bits, hexadecimal so that it never looks like an option on a command line. */
export function generateClientId(): string {
  return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Returns a new client secret of 256 bits, base64url. */
export function generateClientSecret(): string {
  return toBase64url(randomBytes(32))
}
