import { InvalidInputError } from '../errors.ts'

/** One to 150 characters, of any plane. */
const FITS = /^.{1,150}$/su
const MAX_EMAIL_LENGTH = 254

/** Controls, line separators, lone surrogates, and marks that turn the direction of what stands beside a name. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

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
 * @throws {InvalidInputError} it is empty, longer than 150 characters, or has characters that cannot be seen
 */
export function checkUsername(name: string): string {
  const trimmed = name.trim()
  if (usernameKey(trimmed) === '' || !FITS.test(trimmed) || UNPRINTABLE.test(trimmed)) {
    throw new InvalidInputError(
      'username',
      'The username must have 1 to 150 characters, no control characters, and not only spaces.',
    )
  }
  return trimmed
}

/**
 * Checks the email address of a user. Only mail that arrives proves one, so this refuses no more than typing errors.
 * @returns the address without spaces around it
 * @throws {InvalidInputError} it has no single `@` with something on both sides, or it is too long
 */
export function checkEmail(email: string): string {
  const trimmed = email.trim()
  if (trimmed.length > MAX_EMAIL_LENGTH || !/^[^\s@]+@[^\s@]+$/u.test(trimmed) || UNPRINTABLE.test(trimmed)) {
    throw new InvalidInputError(
      'email',
      `The email address must look like name@host, at most ${MAX_EMAIL_LENGTH} characters.`,
    )
  }
  return trimmed
}
