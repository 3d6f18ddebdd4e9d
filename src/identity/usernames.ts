import { InvalidInputError } from '../errors.ts'

/** One to 150 characters, of any plane. */
const FITS = /^.{1,150}$/su
const MAX_EMAIL_LENGTH = 254

/**
 * What cannot be seen: controls, line separators, lone surrogates, code points that stand for nothing (private or not assigned),
 * what is drawn as nothing (Default_Ignorable, the blank of Braille), and marks that turn the direction of their neighbours.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2800]/u
/** A mark with nothing below it joins what stands before the name. */
const BEGINS_WITH_MARK = /^\p{M}/u

/** Names by which the audit log tells who acts where no user does. */
export const RESERVED: readonly string[] = ['anonymous', 'cli', 'cron', 'system', 'unknown']

/**
 * The form that usernames and email addresses are compared by: NFKC, case-folded, without spaces around it. Two names that
 * look the same to their users are one name.
 */
export function usernameKey(name: string): string {
  // Lower case first: the capital sharp s is its own upper case, while that of the small one is SS.
  return name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC').trim()
}

/**
 * Checks the name of a new user.
 * @returns the name without spaces around it
 * @throws {InvalidInputError} it is empty, longer than 150 characters, reserved, or has characters that cannot be seen
 */
export function checkUsername(name: string): string {
  const trimmed = name.trim()
  if (
    usernameKey(trimmed) === '' ||
    !FITS.test(trimmed) ||
    UNSEEN.test(trimmed) ||
    BEGINS_WITH_MARK.test(trimmed)
  ) {
    throw new InvalidInputError(
      'username',
      'The username must have 1 to 150 characters, all of which can be seen, and not only spaces.',
    )
  }
  if (RESERVED.includes(usernameKey(trimmed)))
    throw new InvalidInputError('username', 'This username is reserved. Choose another one.')
  return trimmed
}

/**
 * Checks the email address of a user. Only mail that arrives proves one, so this refuses no more than typing errors.
 * @returns the address without spaces around it
 * @throws {InvalidInputError} it has no single `@` with something on both sides, or it is too long
 */
export function checkEmail(email: string): string {
  const trimmed = email.trim()
  if (trimmed.length > MAX_EMAIL_LENGTH || !/^[^\s@]+@[^\s@]+$/u.test(trimmed) || UNSEEN.test(trimmed)) {
    throw new InvalidInputError(
      'email',
      `The email address must look like name@host, at most ${MAX_EMAIL_LENGTH} characters.`,
    )
  }
  return trimmed
}
