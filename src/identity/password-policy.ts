import { utf8 } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import { MAX_PASSWORD_BYTES } from './passwords.ts'
import { usernameKey } from './usernames.ts'

/** Characters that a new password of one's own has at least (NIST SP 800-63B 5.1.1.2). */
export const MIN_PASSWORD_LENGTH = 8

/** What every guesser tries first, in lower case. */
const COMMON = new Set([
  '11111111',
  '12345678',
  '123456789',
  '1234567890',
  '1q2w3e4r',
  'abcd1234',
  'baseball',
  'football',
  'iloveyou',
  'letmein1',
  'password',
  'password1',
  'password123',
  'passw0rd',
  'princess',
  'qwerty123',
  'qwertyui',
  'qwertyuiop',
  'starwars',
  'sunshine',
  'superman',
  'trustno1',
  'welcome1',
])

/** Shortest name that a password may not hold: shorter ones stand in many a word. */
const NAME_IN_PASSWORD = 3

/** Why nobody may choose a password. */
export type PasswordProblem = 'tooShort' | 'tooLong' | 'notText' | 'holdsName' | 'tooCommon'

/** What to say of each problem, in English: panel, API and command line. */
const SENTENCES: Readonly<Record<PasswordProblem, string>> = {
  tooShort: `Use at least ${MIN_PASSWORD_LENGTH} characters.`,
  tooLong: `Use a shorter password: at most ${MAX_PASSWORD_BYTES} bytes.`,
  notText: 'This password holds a character that no keyboard has.',
  holdsName: 'The username must not be part of the password.',
  tooCommon: 'This password is easy to guess. Choose another one.',
}

/**
 * Finds what is wrong with a password that a person chooses, or that staff choose for one. There is no other rule anywhere.
 * @param username must not be in the password
 * @returns null if it is fine
 */
export function passwordProblem(password: string, username: string): PasswordProblem | null {
  if (Array.from(password).length < MIN_PASSWORD_LENGTH) return 'tooShort'
  if (utf8(password.normalize('NFC')).length > MAX_PASSWORD_BYTES) return 'tooLong'
  // HMAC pads with NUL, so a hash could not tell such a password from a shorter one.
  if (password.includes('\0')) return 'notText'
  const plain = usernameKey(password)
  if (COMMON.has(plain) || /^(.)\1*$/u.test(plain)) return 'tooCommon'
  return namesOf(username).some((name) => holds(plain, name)) ? 'holdsName' : null
}

/**
 * Checks a new password, for those who are told in English.
 * @throws {InvalidInputError} of the field `password`: what is wrong with it
 */
export function checkNewPassword(password: string, username: string): void {
  const problem = passwordProblem(password, username)
  if (problem) throw new InvalidInputError('password', SENTENCES[problem])
}

/** The name, and what stands before the @ of one that is an email address. */
function namesOf(username: string): readonly string[] {
  const key = usernameKey(username)
  const at = key.indexOf('@')
  return at > 0 ? [key, key.slice(0, at)] : [key]
}

function holds(password: string, name: string): boolean {
  if (name === '') return false
  if (Array.from(name).length >= NAME_IN_PASSWORD) return password.includes(name)
  return password.replaceAll(name, '') === ''
}
