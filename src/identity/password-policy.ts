import { utf8 } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import { MAX_PASSWORD_BYTES } from './passwords.ts'
import { usernameKey } from './usernames.ts'

/** The fewest characters of a password that people choose for themselves (NIST SP 800-63B 5.1.1.2). */
export const MIN_PASSWORD_LENGTH = 8

/** The passwords that attackers try first, in lower case. */
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

/** The shortest name that a password must not contain; shorter ones occur in many words. */
const NAME_IN_PASSWORD = 3

/** The reason why a password must not be chosen. */
export type PasswordProblem = 'tooShort' | 'tooLong' | 'notText' | 'holdsName' | 'tooCommon'

/** Sentences for each problem, in English, for panel, API and command line. */
const SENTENCES: Readonly<Record<PasswordProblem, string>> = {
  tooShort: `Use at least ${MIN_PASSWORD_LENGTH} characters.`,
  tooLong: `Use a shorter password: at most ${MAX_PASSWORD_BYTES} bytes.`,
  notText: 'This password contains a character that no keyboard has.',
  holdsName: 'The username must not be part of the password.',
  tooCommon: 'This password is easy to guess. Choose another one.',
}

/**
 * Returns the problem with a password that a person chooses, or that staff choose for somebody. There are no other rules.
 *
 * @param username must not be part of the password
 * @returns null if there is no problem
 */
export function passwordProblem(password: string, username: string): PasswordProblem | null {
  if (Array.from(password).length < MIN_PASSWORD_LENGTH) return 'tooShort'
  if (utf8(password.normalize('NFC')).length > MAX_PASSWORD_BYTES) return 'tooLong'
  // HMAC pads with NUL, so a hash could not distinguish such a password from a shorter one.
  if (password.includes('\0')) return 'notText'
  const plain = usernameKey(password)
  if (COMMON.has(plain) || /^(.)\1*$/u.test(plain)) return 'tooCommon'
  return namesOf(username).some((name) => holds(plain, name)) ? 'holdsName' : null
}

/**
 * Checks a new password, with messages in English.
 * @throws {InvalidInputError} for the field `password`, with the problem
 */
export function checkNewPassword(password: string, username: string): void {
  const problem = passwordProblem(password, username)
  if (problem) throw new InvalidInputError('password', SENTENCES[problem])
}

/** Returns the name and, if it is an email address, the part before the @. */
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
