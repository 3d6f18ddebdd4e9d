import type { Provider } from '../concepts.ts'
import { toHex, utf8 } from '../crypto/bytes.ts'
import { settingsOf } from '../settings/settings.ts'
import { GUARD_SETTINGS } from './settings.ts'

/** The longest that somebody who chooses a password waits, in seconds. */
const TIMEOUT = 2
/** Characters of a hash that are sent; hundreds of passwords share them, so that nobody learns which one is meant. */
const PREFIX = 5
/** The most characters of an answer, which has up to about 2,000 lines. */
const MAX_ANSWER = 200_000

/**
 * Returns whether a password is known from a breach, by the range API of Pwned Passwords. Only the first five characters of
 * its SHA-1 leave the Worker (k-anonymity). If there is no answer in time, the password is accepted, so that nobody is
 * locked out.
 */
export async function isPwned(password: string, provider: Provider): Promise<boolean> {
  const { pwnedPasswords } = settingsOf(GUARD_SETTINGS, provider)
  if (pwnedPasswords === null) return false
  const hash = toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', utf8(password)))).toUpperCase()
  try {
    const response = await fetch(`${pwnedPasswords}/range/${hash.slice(0, PREFIX)}`, {
      // Answers are padded, so that their length reveals nothing to eavesdroppers.
      headers: { 'Add-Padding': 'true', 'User-Agent': 'edge-oauth2-provider' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT * 1000),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`answered with status ${response.status}`)
    }
    const lines = (await response.text()).slice(0, MAX_ANSWER).split(/\r?\n/)
    return lines.some((line) => isCounted(line, hash.slice(PREFIX)))
  } catch (error) {
    console.warn('Pwned Passwords was not asked:', String(error).slice(0, 200))
    return false
  }
}

/** Lines with a count of 0 are padding. */
function isCounted(line: string, suffix: string): boolean {
  const [known, count] = line.split(':')
  return known === suffix && Number(count) > 0
}
