import { timingSafeEqual } from 'node:crypto'
import { fromBase64, type HashFormats, hexDigest, type Reading } from './password-format.ts'

/** KiB of memory for Argon2, half of what an isolate has; and the total of blocks to fill, half a second without interruption. */
const MAX_ARGON2_MEMORY = 65_536
/** The logarithm of bcrypt's rounds: 13 takes most of a second without interruption. Django uses 12. */
const MAX_BCRYPT_COST = 13

/**
 * Checks imported passwords with bcrypt or Argon2, for `django({ slowHashes })`. Workers have no native code for these, so a
 * bundle grows by two libraries.
 * @example
 * const provider = createProvider({ features: [pages(), django({ slowHashes })] })
 */
export const slowHashes: HashFormats = {
  bcrypt: (_, encoded) => readBcrypt(encoded, (password) => password),
  bcrypt_sha256: (_, encoded) => readBcrypt(encoded, (password) => hexDigest('sha256', password)),
  argon2: readArgon2,
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
      const { compare } = await import('./slow-hash-libraries.ts')
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
      const { argon2d, argon2i, argon2id } = await import('./slow-hash-libraries.ts')
      const derive = { argon2d, argon2i, argon2id }[variety] ?? argon2id
      return timingSafeEqual(derive(password, salt, rule), key)
    },
  }
}
