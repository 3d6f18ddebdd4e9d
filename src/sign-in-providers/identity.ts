import { toBase64url, randomBytes } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import { looksOfficial, usernameSkeleton } from '../identity/skeleton.ts'
import { checkUsername, usernameKey } from '../identity/usernames.ts'
import { isMailbox } from '../mail/mailbox.ts'
import type { NewLinkedUser, SignInProvider } from '../store/sign-in-provider-store.ts'

/** A subject (OpenID Connect Core 2). */
export const SUBJECT = /^[\x20-\x7e]{1,255}$/
/** Longest label of one. */
const MAX_LABEL = 255
/** Longest part of a provider's name in a new user's name, to which a suffix may have to be added. */
const MAX_NAME = 100

/** A person according to a provider. */
export interface Identity {
  readonly subject: string
  /** When the person was authenticated there; 0 if it does not say. */
  readonly authenticatedAt: number
  /** Whether the provider does not say, and its users count as authenticated now (`counts_as_fresh`). */
  readonly countedAsFresh: boolean
  /** An address that mail can be sent to; anything else is ignored. */
  readonly email: string | null
  /** Whether the provider has verified the address. */
  readonly emailVerified: boolean
  /** The person's names there, best first; none of them is verified. */
  readonly names: readonly string[]
}

/** Returns the address of a person; null if no mail can be sent to it. */
export function addressOf(email: unknown): string | null {
  return typeof email === 'string' && isMailbox(email) ? email : null
}

/** Returns the address that a provider has verified. */
export function provedAddress({ email, emailVerified }: Identity): string | null {
  return emailVerified ? email : null
}

/**
 * Returns whether an address is at one of the domains, compared as in DNS: a letter that merely looks like another belongs
 * to another domain.
 */
export function isAt(email: string, domains: readonly string[]): boolean {
  const domain = URL.parse(`https://${email.slice(email.lastIndexOf('@') + 1)}`)?.hostname
  return domain !== undefined && domains.includes(domain)
}

/** Returns the domains of a provider. */
export function domainsOf({ domains }: Pick<SignInProvider, 'domains'>): readonly string[] {
  return domains.split(' ').filter(Boolean)
}

/** Returns the label of an account elsewhere: its address, or else its name. */
export function labelOf({ email, names, subject }: Identity): string {
  return (email ?? names[0] ?? subject).replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_LABEL)
}

/**
 * Returns names for a new user, best first: the provider's, unless it is invalid or seems to represent the site, then the
 * same with a suffix, then a neutral one.
 */
export function namesFor({ email, names }: Identity): NewLinkedUser['names'] {
  const said = [...names, email ?? '']
    .map((name) =>
      Array.from(name.split('@')[0]?.trim() ?? '')
        .slice(0, MAX_NAME)
        .join(''),
    )
    .find((name) => isUsable(name))
  const more = toBase64url(randomBytes(6))
    .replaceAll(/[^a-zA-Z\d]/g, '0')
    .toLowerCase()
  const all = said === undefined ? [] : [said, `${said}-${more.slice(0, 4)}`, `${said}-${more}`]
  return [...all, `user-${more}`].map((username) => ({
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
  }))
}

function isUsable(name: string): boolean {
  try {
    return checkUsername(name) === name && !looksOfficial(name)
  } catch (error) {
    if (error instanceof InvalidInputError) return false
    throw error
  }
}
