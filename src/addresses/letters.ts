import { mailMessages } from '../letters/messages.ts'
import type { Letter } from '../mail/letter.ts'
import type { Messages } from '../ui/messages.ts'

/** The mail that verifies an address: a code to enter where it was requested, or a link. */
export function verificationLetter(
  messages: Messages,
  { code, siteName, url }: { readonly code: string; readonly siteName: string; readonly url: string },
): Letter {
  const { addresses, mail } = mailMessages(messages)
  const { letter } = addresses
  return {
    lang: messages.lang,
    subject: letter.subject(code, siteName),
    paragraphs: [letter.text(siteName)],
    code,
    link: { label: letter.link, url },
    closing: [mail.minutes(10), mail.ignore],
  }
}

/** The mail to an account's previous address. */
export function changedLetter(
  messages: Messages,
  { address, siteName }: { readonly address: string; readonly siteName: string },
): Letter {
  const { addresses, mail } = mailMessages(messages)
  const { changed } = addresses
  return {
    lang: messages.lang,
    subject: changed.subject(siteName),
    paragraphs: [changed.text(siteName, address)],
    closing: [mail.notYou],
  }
}
