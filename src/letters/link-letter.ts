import type { Provider } from '../concepts.ts'
import type { Letter } from '../mail/letter.ts'
import { canMail, sendMail } from '../mail/send.ts'
import type { LinkOffer } from '../operations/resource.ts'
import type { Messages } from '../ui/messages.ts'
import { mailMessages, messagesTo } from './messages.ts'

/** The texts of a mail around a link. */
interface LinkTexts {
  readonly subject: (siteName: string) => string
  readonly text: (siteName: string) => string
  readonly link: string
}

/** A mail whose link is valid for some time. */
export function linkLetter(
  messages: Messages,
  { link, subject, text }: LinkTexts,
  { siteName, time, url }: { readonly siteName: string; readonly time: string; readonly url: string },
): Letter {
  return {
    lang: messages.lang,
    subject: subject(siteName),
    paragraphs: [text(siteName)],
    link: { label: link, url },
    closing: [time, mailMessages(messages).mail.ignore],
  }
}

/** How links from staff reach people: by mail if mail is sent, or else staff hand them over. */
export function linkOffer(
  urlOf: LinkOffer['urlOf'],
  write: (messages: Messages, url: string) => Letter,
  provider: Provider,
): LinkOffer {
  return {
    urlOf,
    send: canMail(provider)
      ? (to, url, locale) => sendMail(write(messagesTo(locale, provider), url), to, provider)
      : null,
  }
}
