import { mailMessages } from '../letters/messages.ts'
import type { Letter } from '../mail/letter.ts'
import type { Messages } from '../ui/messages.ts'

interface LinkOf {
  readonly siteName: string
  readonly url: string
}

/** The mail to sign in with: a code to enter where it was requested, or a link for the same browser. */
export function signInLetter(
  messages: Messages,
  { code, minutes, siteName, url }: LinkOf & { readonly code: string; readonly minutes: number },
): Letter {
  const { mail, signInLink } = mailMessages(messages)
  const { letter } = signInLink
  return {
    lang: messages.lang,
    subject: letter.subject(siteName),
    paragraphs: [letter.text(siteName)],
    code,
    link: { label: letter.link, url },
    closing: [mail.minutes(minutes), letter.secret, mail.ignore],
  }
}

/** The mail that reports a password change with a link. */
export function passwordChangedLetter(messages: Messages, siteName: string): Letter {
  const { mail, recovery } = mailMessages(messages)
  const { changed } = recovery
  return {
    lang: messages.lang,
    subject: changed.subject(siteName),
    paragraphs: [changed.text(siteName)],
    closing: [mail.notYou],
  }
}
