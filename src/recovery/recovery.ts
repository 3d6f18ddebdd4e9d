import type { Context } from 'hono'
import type { Paths, Provider, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import type { CapturedRequest } from '../http/captured-requests.ts'
import { deviceOf } from '../http/device.ts'
import { recoveryLimits } from '../identity/mail-limits.ts'
import { typedAddress, usernameKey } from '../identity/usernames.ts'
import type { Letter } from '../mail/letter.ts'
import { canMail, sendMail } from '../mail/send.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import { tooMany } from '../refusals.ts'
import { settingsOf } from '../settings/settings.ts'
import type { MailLinkKind, MailLinkStore } from '../store/mail-links.ts'
import { type Messages, messagesFor } from '../ui/messages.ts'
import { hasRecovery } from './by-staff.ts'
import { RECOVERY_SETTINGS } from './settings.ts'

/** The mail links. */
export type MailLinks = (provider: Provider) => MailLinkStore

/** Returns the URL at which people request a new password. */
export const recoverUrl = ({ login }: Paths): string => `${login}/recover`
/** Returns the URL at which people sign in by mail. */
export const signInLinkUrl = ({ login }: Paths): string => `${login}/link`

/** Returns the URL of the sign-in page, with the pending request. */
export function loginUrl(c: Context<ProviderEnv>, captured: CapturedRequest | null): string {
  const { login } = c.get('provider').paths
  return captured ? `${login}?request=${captured.id}` : login
}

/** Returns whether people can request a new password themselves. */
export function offersRecovery(provider: Provider): boolean {
  return provider.settings.passwords && hasRecovery(provider) && canMail(provider)
}

/** Returns whether people can sign in by mail. */
export function offersSignInLinks(provider: Provider): boolean {
  const { signInLinks } = settingsOf(RECOVERY_SETTINGS, provider)
  return signInLinks && provider.hooks.users === null && canMail(provider)
}

/** A mail that somebody requests without being signed in. */
export interface Wish {
  readonly kind: Extract<MailLinkKind, 'reset' | 'sign_in'>
  /** A name or an address, as typed. */
  readonly typed: string
  /** Seconds for which the link is valid. */
  readonly lifetime: number
  /** Writes the mail, in the person's language. */
  readonly write: (messages: Messages, id: string) => Promise<Letter>
}

/**
 * Sends a mail to the user with a name or an address, if there is one. Nothing reveals whether there is: the storage is
 * asked once, the mail is written, and the answer does not wait for it to be sent.
 * @returns the id of the link, whether
 * or not it is saved
 * @throws {OAuthError} temporarily_unavailable, 429: the network has requested too many
 */
export async function askForMail(
  c: Context<ProviderEnv>,
  links: MailLinks,
  { kind, lifetime, typed, write }: Wish,
): Promise<string> {
  const provider = c.get('provider')
  const { request } = provider
  const to = { address: typedAddress(typed), usernameKey: usernameKey(typed) }
  const id = randomId()
  const limits = await recoveryLimits(kind, to.address.emailKey, await deviceOf(c, typed), provider)
  const expiresAt = request.now + lifetime
  const ask = { id, kind, to, limits, expiresAt }
  const { limitedUntil, recipient } = await links(provider).askForMail(ask, request)
  const [, networkUntil] = limitedUntil
  if (networkUntil) {
    throw tooMany(
      'Too many mails were requested. Try again later.',
      networkUntil - request.now,
      'too_many_mails',
    )
  }
  const letter = await write(messagesOfPerson(c, recipient?.locale ?? null), id)
  if (recipient) sendMail(letter, recipient.email, provider)
  return id
}

/** Returns texts in the language that the person has chosen, or else in that of the page. */
function messagesOfPerson(c: Context<ProviderEnv>, locale: string | null): Messages {
  return locale === null
    ? messagesOf(c)
    : messagesFor(`${locale},${c.req.header('Accept-Language') ?? ''}`, c.get('provider'))
}
