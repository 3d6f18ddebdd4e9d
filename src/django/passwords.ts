import { pbkdf2 as nativePbkdf2, createHash, scrypt, timingSafeEqual } from 'node:crypto'
import { type Pbkdf2Rule, slicedPbkdf2 } from './sliced-pbkdf2.ts'

/** Iterations of PBKDF2 that the runtime itself accepts; production refuses more, in both WebCrypto and node:crypto. */
const NATIVE_ITERATIONS = 100_000
/** About three seconds of CPU in slices; Django 6.0 uses 1,200,000. */
const MAX_ITERATIONS = 1_500_000
/** KiB of memory for Argon2, half of what an isolate has; and the total of blocks to fill, half a second without interruption. */
const MAX_ARGON2_MEMORY = 65_536
/** The logarithm of bcrypt's rounds: 13 takes most of a second without interruption. Django uses 12. */
const MAX_BCRYPT_COST = 13
/** Native, about a quarter of a second. */
const MAX_SCRYPT_WORK = 2 ** 20
const MAX_SCRYPT_MEMORY = 32 * 2 ** 20

/** Checks one password. */
type Check = (password: string) => Promise<boolean>

/** A parsed Django hash: how to check a password against it, or why that is impossible. */
type Reading = { readonly check: Check } | { readonly problem: string }

/** A Django format, by the name with which its hashes begin. */
type Format = (parts: readonly string[], encoded: string) => Reading | null

/**
 * Returns why no password can be checked against one of Django's hashes.
 * @returns null if that is possible
 */
export function djangoPasswordProblem(encoded: string): string | null {
  const reading = read(encoded)
  return 'problem' in reading ? reading.problem : null
}

/**
 * Verifies a password against one of Django's hashes: pbkdf2_sha256, pbkdf2_sha1, scrypt, argon2, bcrypt_sha256, bcrypt, and
 * the old sha1 and md5. Libraries derive Argon2 and bcrypt, for which the runtime has no native code; more iterations of
 * PBKDF2 than it accepts at once are derived one after another.
 * @param password as typed; Django does not normalise passwords
 */
export async function verifyDjangoPassword(password: string, encoded: string): Promise<boolean> {
  const reading = read(encoded)
  return 'check' in reading && reading.check(password)
}

/**
 * Returns whether a stored hash was imported (`algorithm$…`, or the bare MD5 of early Django versions); ours begin with `$`.
 * If it was, the user has not signed in here since the import.
 */
export function isDjangoPassword(encoded: string): boolean {
  return /^[a-z]\w*\$|^[0-9a-f]{32}$/.test(encoded)
}

/**
 * Returns whether a client secret is the output of a Django hasher. Every part is checked, as a plain secret may contain
 * `$`, or begin like a hash. A bare MD5 is not a hash of a client secret.
 */
export function isDjangoHash(text: string): boolean {
  const reading = formatOf(text)?.(text.split('$'), text) ?? null
  return reading !== null || CRYPT.test(text)
}

function read(encoded: string): Reading {
  // Before Django 1.0 a hash was the hexadecimal MD5 alone.
  if (/^[0-9a-f]{32}$/.test(encoded)) return { check: digestCheck('md5', '', encoded) }
  const [algorithm = ''] = encoded.split('$')
  const format = algorithm === 'pbkdf2' ? readBinaryPbkdf2 : formatOf(encoded)
  if (!format)
    return { problem: `The password format ${JSON.stringify(algorithm.slice(0, 40))} is not known.` }
  return format(encoded.split('$'), encoded) ?? { problem: `The ${algorithm} hash is malformed.` }
}

function formatOf(encoded: string): Format | null {
  const [algorithm = '', rest] = encoded.split('$', 2)
  return rest !== undefined && Object.hasOwn(FORMATS, algorithm) ? (FORMATS[algorithm] ?? null) : null
}

/** The output of Django's hasher for crypt(3), which no Worker can check. */
const CRYPT = /^crypt\$[^$]*\$[./0-9A-Za-z]{13}$/

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const

const FORMATS: Readonly<Record<string, Format>> = {
  pbkdf2_sha256: (parts) => readPbkdf2(parts, 'sha256', 32),
  pbkdf2_sha1: (parts) => readPbkdf2(parts, 'sha1', 20),
  sha1: (parts) => readDigest(parts, 'sha1', 40),
  md5: (parts) => readDigest(parts, 'md5', 32),
  scrypt: readScrypt,
  bcrypt: (_, encoded) => readBcrypt(encoded, (password) => password),
  bcrypt_sha256: (_, encoded) => readBcrypt(encoded, (password) => hexDigest('sha256', password)),
  argon2: readArgon2,
}

/** `algorithm$iterations$salt$hash`: the salt is text, the hash base64. */
function readPbkdf2(parts: readonly string[], digest: 'sha1' | 'sha256', length: number): Reading | null {
  const [, count = '', salt = '', hash = ''] = parts
  const iterations = Number(count)
  const key = fromBase64(hash)
  if (parts.length !== 4 || !/^[1-9]\d{0,9}$/.test(count) || salt === '' || key?.length !== length)
    return null
  if (iterations > MAX_ITERATIONS)
    return { problem: `PBKDF2 with ${count} iterations takes longer than a request may.` }
  return {
    check: async (password) =>
      timingSafeEqual(await derivePbkdf2(password, { salt, iterations, digest, length }), key),
  }
}

/**
 * `pbkdf2$digest$iterations$salt$hash`: not Django's, but the format of other imports. Salt and hash are base64. Keycloak
 * derives more bytes than the digest has; the first block is as hard to guess as all of them.
 */
function readBinaryPbkdf2(parts: readonly string[]): Reading | null {
  const [, digest = '', count = '', saltText = '', hash = ''] = parts
  const [salt, key] = [fromBase64(saltText), fromBase64(hash)]
  if (digest !== 'sha1' && digest !== 'sha256' && digest !== 'sha512') return null
  const length = DIGEST_BYTES[digest]
  if (parts.length !== 5 || !/^[1-9]\d{0,9}$/.test(count) || !salt || !key || key.length < 20) return null
  const iterations = Number(count)
  if (iterations * (digest === 'sha512' ? 4 : 1) > MAX_ITERATIONS)
    return { problem: `PBKDF2 with ${count} iterations of ${digest} takes longer than a request may.` }
  const known = key.slice(0, length)
  return {
    check: async (password) => {
      const derived = await derivePbkdf2(password, { salt, iterations, digest, length })
      return timingSafeEqual(derived.slice(0, known.length), known)
    },
  }
}

async function derivePbkdf2(
  password: string,
  rule: Pbkdf2Rule & { readonly length: number },
): Promise<Uint8Array> {
  const { digest, iterations, length, salt } = rule
  if (iterations <= NATIVE_ITERATIONS) {
    return new Promise((resolve, reject) => {
      nativePbkdf2(password, salt, iterations, length, digest, (error, key) =>
        error ? reject(error) : resolve(key),
      )
    })
  }
  return slicedPbkdf2(password, rule)
}

/** `algorithm$salt$hash`: one digest of salt and password, hexadecimal. The salt may be empty. */
function readDigest(parts: readonly string[], digest: 'md5' | 'sha1', length: number): Reading | null {
  const [, salt = '', hash = ''] = parts
  if (parts.length !== 3 || hash.length !== length || !/^[0-9a-f]+$/.test(hash)) return null
  return { check: digestCheck(digest, salt, hash) }
}

function digestCheck(digest: 'md5' | 'sha1', salt: string, hash: string): Check {
  return async (password) => timingSafeEqual(ascii(hexDigest(digest, salt + password)), ascii(hash))
}

/** `scrypt$N$salt$r$p$hash`: the salt is text, the hash base64. */
function readScrypt(parts: readonly string[]): Reading | null {
  const [, work = '', salt = '', r = '', p = '', hash = ''] = parts
  const key = fromBase64(hash)
  if (
    parts.length !== 6 ||
    salt === '' ||
    !key ||
    key.length < 16 ||
    ![work, r, p].every((n) => /^[1-9]\d{0,7}$/.test(n))
  )
    return null
  const cost = { N: Number(work), r: Number(r), p: Number(p) }
  if (cost.N < 2 || !Number.isInteger(Math.log2(cost.N))) return null
  if (cost.N * cost.r * cost.p > MAX_SCRYPT_WORK || 128 * cost.N * cost.r > MAX_SCRYPT_MEMORY) {
    return { problem: `scrypt with N=${work}, r=${r}, p=${p} needs more than a Worker has.` }
  }
  return {
    check: async (password) => {
      const derived = await new Promise<Uint8Array>((resolve, reject) => {
        scrypt(password, salt, key.length, { ...cost, maxmem: 2 * MAX_SCRYPT_MEMORY }, (error, bytes) =>
          error ? reject(error) : resolve(bytes),
        )
      })
      return timingSafeEqual(derived, key)
    },
  }
}

/** `bcrypt$$2b$12$…`: what follows the first `$` is bcrypt's own text. */
function readBcrypt(encoded: string, prepare: (password: string) => string): Reading | null {
  const hash = encoded.slice(encoded.indexOf('$') + 1)
  const cost = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1]
  if (cost === undefined || Number(cost) < 4) return null
  if (Number(cost) > MAX_BCRYPT_COST)
    return { problem: `bcrypt with cost ${cost} takes longer than a request may.` }
  return {
    check: async (password) => {
      const { compare } = await import('./slow-hashes.ts')
      return compare(prepare(password), hash)
    },
  }
}

/** `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`: salt and hash are base64 without padding. */
function readArgon2(parts: readonly string[]): Reading | null {
  const [, variety = '', version, cost = '', saltText = '', hash = ''] = parts
  const [, m, t, p] = /^m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})$/.exec(cost) ?? []
  const [salt, key] = [fromBase64(saltText), fromBase64(hash)]
  const known = /^argon2(?:i|d|id)$/.test(variety) && version === 'v=19'
  if (parts.length !== 6 || !known || !salt || salt.length < 8 || !key || key.length < 16) return null
  const rule = { m: Number(m), t: Number(t), p: Number(p), dkLen: key.length }
  if (!(rule.t >= 1 && rule.p >= 1 && rule.m >= 8 * rule.p)) return null
  if (rule.m > MAX_ARGON2_MEMORY || rule.m * rule.t > MAX_ARGON2_MEMORY) {
    return {
      problem: `Argon2 with ${m} KiB of memory and ${t} rounds needs more than a Worker has.`,
    }
  }
  return {
    check: async (password) => {
      const { argon2d, argon2i, argon2id } = await import('./slow-hashes.ts')
      const derive = { argon2d, argon2i, argon2id }[variety] ?? argon2id
      return timingSafeEqual(derive(password, salt, rule), key)
    },
  }
}

function hexDigest(digest: 'md5' | 'sha1' | 'sha256', text: string): string {
  return createHash(digest).update(text, 'utf8').digest('hex')
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Decodes base64, with or without padding; null if the text is invalid. */
function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return null
  }
}
