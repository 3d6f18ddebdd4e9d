import { formatOf, type HashFormats } from './password-format.ts'
import { NATIVE_HASHES, readHash } from './passwords.ts'
import { slowHashes } from './slow-hashes.ts'

/** What an import accepts: all that a Worker can check, if it has `slowHashes`. */
const KNOWN: HashFormats = { ...NATIVE_HASHES, ...slowHashes }

/** The output of Django's hasher for crypt(3), which no Worker can check. */
const CRYPT = /^crypt\$[^$]*\$[./0-9A-Za-z]{13}$/

/**
 * Returns why no password can be checked against one of Django's hashes.
 * @returns null if that is possible
 */
export function djangoPasswordProblem(encoded: string): string | null {
  const reading = readHash(encoded, KNOWN)
  return 'problem' in reading ? reading.problem : null
}

/**
 * Returns whether a client secret is the output of a Django hasher. Every part is checked, as a plain secret may contain
 * `$`, or begin like a hash. A bare MD5 is not a hash of a client secret.
 */
export function isDjangoHash(text: string): boolean {
  const reading = formatOf(text, KNOWN)?.(text.split('$'), text) ?? null
  return reading !== null || CRYPT.test(text)
}
