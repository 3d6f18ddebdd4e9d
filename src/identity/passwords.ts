import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { PasswordFormat } from '../concepts.ts'
import { sha256 } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'

/** Cost of a hash: scrypt's N as a power of two, r and p (RFC 7914 2). */
interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** As strong as OWASP's minimum, in 16 MiB: an isolate has 128 and derives for many people. */
const COST: Cost = { ln: 14, r: 8, p: 5 }
const SALT_LENGTH = 16
const KEY_LENGTH = 32

/** A placeholder for a hash, which no password matches. */
export const NO_PASSWORD = '!'

/** Longest password, in bytes of UTF-8; longer ones would only slow down hashing. */
export const MAX_PASSWORD_BYTES = 1024

/** The most that the runtime does for one derivation; more throws, or starves the isolate. */
const MAX_WORK = 2 ** 20
const MAX_MEMORY = 32 * 2 ** 20

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{6,86})\$([A-Za-z0-9+/]{22,86})$/

/** A stored hash, its parameters within bounds. */
interface ParsedHash {
  readonly cost: Cost
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** Whether a password is correct, and whether it should be hashed again at today's cost. */
export interface PasswordVerdict {
  readonly valid: boolean
  readonly needsRehash: boolean
}

/**
 * Hashes a password with scrypt (RFC 7914), about 140 ms of CPU.
 * @param salt 16 bytes; random by default
 * @returns a PHC string, `$scrypt$ln=14,r=8,p=5$salt$hash`
 * @throws {InvalidInputError} the password is empty, longer than 1,024 bytes of UTF-8 or contains NUL
 */
export async function hashPassword(
  password: string,
  salt: Uint8Array<ArrayBuffer> = randomBytes(SALT_LENGTH),
): Promise<string> {
  const bytes = passwordBytes(password)
  if (!bytes) {
    throw new InvalidInputError(
      'password',
      `The password must have 1 to ${MAX_PASSWORD_BYTES} bytes of UTF-8, none of them NUL.`,
    )
  }
  const key = await derive(bytes, salt, COST, KEY_LENGTH)
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${toBase64(salt)}$${toBase64(key)}`
}

/**
 * Hashes a password again to replace a hash that is too weak. The salt is derived from the old hash, so that concurrent
 * sign-ins compute the same new one, and each finds what it expects.
 */
export async function rehashPassword(password: string, oldHash: string): Promise<string> {
  return hashPassword(password, (await sha256(`rehash ${oldHash}`)).slice(0, SALT_LENGTH))
}

/**
 * Verifies a password against a stored hash. A password that no account can have costs no derivation, whichever the account.
 * @param phc a result of `hashPassword`, at today's or an earlier cost, or a hash of one of the formats, which always needs
 *   a new one; anything else never matches, and takes as long
 * @param formats those of features
 */
export async function verifyPassword(
  password: string,
  phc: string,
  formats: readonly PasswordFormat[],
): Promise<PasswordVerdict> {
  const refused: PasswordVerdict = { valid: false, needsRehash: false }
  const bytes = passwordBytes(password)
  if (!bytes) return refused
  const foreign = formats.find((format) => format.recognizes(phc))
  if (foreign) {
    const valid = await foreign.verify(password, phc)
    return { valid, needsRehash: valid }
  }
  const stored = parseHash(phc)
  if (!stored) {
    await verifyDummy(password)
    return refused
  }
  const { cost, key, salt } = stored
  if (!timingSafeEqual(await derive(bytes, salt, cost, key.length), key)) return refused
  const weaker = cost.ln < COST.ln || cost.r < COST.r || cost.p < COST.p
  return { valid: true, needsRehash: weaker || salt.length < SALT_LENGTH || key.length < KEY_LENGTH }
}

/** Takes as long as `verifyPassword`, for users who do not exist, so that timing does not reveal who does. */
export async function verifyDummy(password: string): Promise<void> {
  const bytes = passwordBytes(password)
  if (bytes) await derive(bytes, new Uint8Array(SALT_LENGTH), COST, KEY_LENGTH)
}

/** Returns the UTF-8 of a password, composed (NFC, RFC 8265 4.2.2), as keyboards differ; null if no password can be like it. */
function passwordBytes(password: string): Uint8Array | null {
  // HMAC pads a short key with NUL (RFC 2104 2), so a trailing one would make no difference.
  if (password.length > MAX_PASSWORD_BYTES || password.includes('\0')) return null
  const bytes = new TextEncoder().encode(password.normalize('NFC'))
  return bytes.length > 0 && bytes.length <= MAX_PASSWORD_BYTES ? bytes : null
}

/** Parses a stored hash and limits its parameters, so that no row can stall the isolate. */
function parseHash(phc: string): ParsedHash | null {
  const [, ln, r, p, salt, key] = PHC.exec(phc) ?? []
  if (salt === undefined || key === undefined) return null
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  const blocks = 2 ** cost.ln * cost.r
  const bounded =
    cost.ln > 0 && blocks > 0 && cost.p > 0 && blocks * cost.p <= MAX_WORK && 128 * blocks <= MAX_MEMORY
  return bounded ? { cost, salt: fromBase64(salt), key: fromBase64(key) } : null
}

async function derive(
  password: Uint8Array,
  salt: Uint8Array,
  cost: Cost,
  length: number,
): Promise<Uint8Array> {
  const options = { N: 2 ** cost.ln, r: cost.r, p: cost.p, maxmem: 2 * MAX_MEMORY }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** PHC strings write base64 without padding. */
function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('=', '')
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
