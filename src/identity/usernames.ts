import { InvalidInputError } from '../errors.ts'
import type { TypedAddress } from '../store/records.ts'

/** One to 150 characters of any plane. */
const FITS = /^.{1,150}$/su
const MAX_EMAIL_LENGTH = 254

/**
 * Invisible characters: controls, line separators, lone surrogates, code points without a meaning (private or unassigned),
 * blank ones (Default_Ignorable, the Braille blank), and marks that change the direction of text.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2800]/u
/** A leading combining mark would combine with whatever precedes the name. */
const BEGINS_WITH_MARK = /^\p{M}/u

/** Names in the audit log for actors that are not users. */
export const RESERVED: readonly string[] = ['anonymous', 'cli', 'cron', 'system', 'unknown']

/** A domain with a non-ASCII letter, and without any character that ends the host in a URL. */
const FOREIGN_DOMAIN = /^(?=.*[^\0-\x7f])[^\0-,/:-@[-^`{-\x7f]+$/u

/**
 * Returns the form in which usernames are compared: NFKC, case-folded and trimmed. Names that look the same to users are one
 * name.
 */
export function usernameKey(name: string): string {
  // Lower case first, as the capital sharp s is its own upper case, while that of the small one is SS.
  return name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC').trim()
}

/**
 * Returns the form in which email addresses are compared. The part before the `@` is folded like a username. A non-ASCII
 * domain is converted to its DNS name (UTS 46, as in URLs): folded like a username, `straße.example` would become
 * `strasse.example`, which belongs to somebody else.
 * @returns for anything that is not an address, the same as
 * `usernameKey`
 */
export function emailKey(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1).trim()
  const host = at > 0 && FOREIGN_DOMAIN.test(domain) ? URL.parse(`https://${domain}`)?.hostname : undefined
  return host === undefined ? usernameKey(email) : `${usernameKey(email.slice(0, at))}@${host}`
}

/** Returns what somebody typed as an address. */
export function typedAddress(text: string): TypedAddress {
  return { email: text.trim(), emailKey: emailKey(text) }
}

/**
 * Checks the name of a new user.
 * @returns the trimmed name
 * @throws {InvalidInputError} it is empty, longer than 150 characters, reserved, or has invisible characters
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

/** Returns whether a text looks like an email address. */
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/u.test(text.trim())
}

/**
 * Checks the email address of a user. Only mail that arrives proves one, so this refuses only typing errors.
 * @returns the
 * trimmed address
 * @throws {InvalidInputError} it does not have exactly one `@` with text on both sides, or it is too long
 */
export function checkEmail(email: string): string {
  const trimmed = email.trim()
  if (trimmed.length > MAX_EMAIL_LENGTH || !isEmail(trimmed) || UNSEEN.test(trimmed)) {
    throw new InvalidInputError(
      'email',
      `The email address must look like name@host, at most ${MAX_EMAIL_LENGTH} characters.`,
    )
  }
  return trimmed
}
