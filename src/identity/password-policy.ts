import { utf8 } from '../crypto/bytes.ts'
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

/** Why somebody may not choose a password; null where it is fine. */
export type PasswordProblem = 'tooShort' | 'tooLong' | 'tooCommon'

/**
 * Checks a password that a user chooses.
 * @param username must not be the password
 */
export function passwordProblem(password: string, username: string): PasswordProblem | null {
  if (Array.from(password).length < MIN_PASSWORD_LENGTH) return 'tooShort'
  if (utf8(password).length > MAX_PASSWORD_BYTES) return 'tooLong'
  const plain = usernameKey(password)
  return COMMON.has(plain) || plain === usernameKey(username) || /^(.)\1+$/u.test(password)
    ? 'tooCommon'
    : null
}
