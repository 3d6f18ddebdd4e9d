import { equal, utf8 } from '../crypto/bytes.ts'
import type { KeySet, Keys } from '../crypto/keys.ts'

/** The format of the code in a mail: its characters, and how many it has. */
export interface CodeForm {
  readonly alphabet: string
  readonly length: number
}

/** For people who are already signed in, so that guessing gains only an address. */
export const SIX_DIGITS: CodeForm = { alphabet: '0123456789', length: 6 }

/** For people who sign in with it: 34 bits, in consonants that are easy to tell apart and spell no words (RFC 8628 6.1). */
export const EIGHT_LETTERS: CodeForm = { alphabet: 'BCDFGHJKLMNPQRSTVWXZ', length: 8 }

/** Returns the code of a mail. It is derived from the link's id and our key, so that it is stored nowhere. */
export async function mailCode(id: string, form: CodeForm, keys: Keys): Promise<string> {
  return codeOf(id, form, keys[0])
}

/** Returns whether a code belongs to a link's id. Case, spaces and hyphens do not matter. */
export async function isMailCode(code: string, id: string, form: CodeForm, keys: Keys): Promise<boolean> {
  const typed = code.replaceAll(/[\s-]/g, '').toUpperCase()
  const checks = keys.map(async (key) => equal(typed, await codeOf(id, form, key)))
  return (await Promise.all(checks)).includes(true)
}

async function codeOf(id: string, { alphabet, length }: CodeForm, { mac }: KeySet): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', mac.ml, utf8(`code ${id}`)))
  // 64 bits reduced to 20 or 34: the bias of the remainder is negligible.
  let number = bytes.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  let code = ''
  for (let at = 0; at < length; at++) {
    code += alphabet.charAt(Number(number % BigInt(alphabet.length)))
    number /= BigInt(alphabet.length)
  }
  return code
}
