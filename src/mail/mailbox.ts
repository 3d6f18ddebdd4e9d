/** The most characters of an address (RFC 5321 4.5.3.1.3). */
const MAX_LENGTH = 254
/** The part before the `@`: no quotes, comments, lists, routes, spaces or invisible characters. */
const LOCAL = String.raw`[^\s@"(),:;<>[\]\\\p{C}\p{Z}]{1,64}`
const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?`
const MAILBOX = new RegExp(`^${LOCAL}@${LABEL}(?:\\.${LABEL})*$`, 'u')

/**
 * Returns whether mail may be sent to an address: one address in the plainest form of RFC 5321 4.1.2, in any script (RFC
 * 6531). Text
 * that could end a header, or add or hide a recipient, is not an address.
 */
export function isMailbox(address: string): boolean {
  return address.length <= MAX_LENGTH && MAILBOX.test(address)
}
