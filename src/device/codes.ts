import { randomBytes, toBase64url, utf8 } from '../crypto/bytes.ts'
import type { Keys } from '../crypto/keys.ts'

/** Letters of user codes: no vowels, so that they spell no words, and none that looks like another (RFC 8628 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
/** Letters of a code: 34 bits, which nobody can guess with ten attempts in ten minutes. */
const LENGTH = 8
const SHAPE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`)

/** Creates a code for a person to enter, in two groups of four letters. */
export function makeUserCode(): string {
  let code = ''
  while (code.length < LENGTH) {
    for (const byte of randomBytes(2 * LENGTH)) {
      // Higher bytes are skipped, or some letters would be more frequent.
      if (byte < 240 && code.length < LENGTH) code += LETTERS.charAt(byte % LETTERS.length)
    }
  }
  return groupedCode(code)
}

/** Returns a code as it is shown. */
export function groupedCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/**
 * Reads a code as people type it: in any case, with or without the hyphen, with spaces.
 * @returns its letters; null if it cannot be a code
 */
export function readUserCode(typed: string): string | null {
  const code = typed.slice(0, 100).toUpperCase().replaceAll(/[\s-]/g, '')
  return SHAPE.test(code) ? code : null
}

/**
 * Returns the hashes under which the storage knows a code, one for each key; 34 bits are too few for an unkeyed hash.
 * @param code its letters
 */
export async function userCodeHashes(code: string, keys: Keys): Promise<readonly [string, ...string[]]> {
  const hash = async (key: CryptoKey): Promise<string> =>
    toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(`user code ${code}`))))
  const [newest, ...older] = keys
  return [await hash(newest.mac.dc), ...(await Promise.all(older.map(async ({ mac }) => hash(mac.dc))))]
}
