import { pbkdf2 as nativePbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import type { PasswordFormat } from '../concepts.ts'
import { verifyDummy } from '../identity/passwords.ts'
import { formatOf, fromBase64, type HashFormats, hexDigest, type Reading } from './password-format.ts'
import { type Pbkdf2Rule, slicedPbkdf2 } from './sliced-pbkdf2.ts'

/** Iterations of PBKDF2 that the runtime itself accepts; production refuses more, in both WebCrypto and node:crypto. */
const NATIVE_ITERATIONS = 100_000
/** About three seconds of CPU in slices; Django 6.0 uses 1,200,000. */
const MAX_ITERATIONS = 1_500_000
/** Native, about a quarter of a second. */
const MAX_SCRYPT_WORK = 2 ** 20
const MAX_SCRYPT_MEMORY = 32 * 2 ** 20

/**
 * Returns whether a stored hash was imported (`algorithm$…`, or the bare MD5 of early Django versions); ours begin with `$`.
 * If it was, the user has not signed in here since the import.
 */
export function isDjangoPassword(encoded: string): boolean {
  return /^[a-z]\w*\$|^[0-9a-f]{32}$/.test(encoded)
}

/**
 * The hashes of Django: pbkdf2_sha256, pbkdf2_sha1, scrypt, the old sha1 and md5, and those of `slowHashes`. More iterations
 * of PBKDF2 than the runtime accepts at once are derived one after another. Django does not normalise passwords.
 * @param slowHashes null refuses bcrypt and Argon2 like a wrong password, and says so in the log: the answer must not reveal
 *   who has such a hash
 */
export function djangoPasswords(slowHashes: HashFormats | null): PasswordFormat {
  const formats = { ...NATIVE_HASHES, ...slowHashes }
  return {
    recognizes: isDjangoPassword,
    async verify(password, encoded) {
      if (slowHashes === null && /^(?:argon2|bcrypt(?:_sha256)?)\$/.test(encoded)) {
        console.error(
          'django() lacks slowHashes, and a stored hash is bcrypt or Argon2: nobody can prove it.',
        )
        await verifyDummy(password)
        return false
      }
      const reading = readHash(encoded, formats)
      return 'check' in reading && reading.check(password)
    },
  }
}

/** Parses a hash of one of these formats, or one of those without a name of Django's. */
export function readHash(encoded: string, formats: HashFormats): Reading {
  // Before Django 1.0 a hash was the hexadecimal MD5 alone.
  if (/^[0-9a-f]{32}$/.test(encoded)) return { check: digestCheck('md5', '', encoded) }
  const [algorithm = ''] = encoded.split('$')
  const format = algorithm === 'pbkdf2' ? readBinaryPbkdf2 : formatOf(encoded, formats)
  if (!format)
    return { problem: `The password format ${JSON.stringify(algorithm.slice(0, 40))} is not known.` }
  return format(encoded.split('$'), encoded) ?? { problem: `The ${algorithm} hash is malformed.` }
}

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const

/** Formats that the runtime has native code for. */
export const NATIVE_HASHES: HashFormats = {
  pbkdf2_sha256: (parts) => readPbkdf2(parts, 'sha256', 32),
  pbkdf2_sha1: (parts) => readPbkdf2(parts, 'sha1', 20),
  sha1: (parts) => readDigest(parts, 'sha1', 40),
  md5: (parts) => readDigest(parts, 'md5', 32),
  scrypt: readScrypt,
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

function digestCheck(
  digest: 'md5' | 'sha1',
  salt: string,
  hash: string,
): (password: string) => Promise<boolean> {
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

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
