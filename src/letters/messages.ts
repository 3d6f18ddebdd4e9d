import type { Provider } from '../concepts.ts'
import { MAIL_SETTINGS } from '../mail/settings.ts'
import { settingsOf } from '../settings/settings.ts'
import { inLanguages, type Messages, messagesFor } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of mails and the pages around them, in the language of a page. */
export const mailMessages = inLanguages('mail', english)

/**
 * Returns the texts for somebody who did not request the mail in a browser whose language is known.
 * @param locale the
 * person's preferred language; null if unknown
 */
export function messagesTo(locale: string | null, provider: Provider): Messages {
  const { mailLanguage } = settingsOf(MAIL_SETTINGS, provider)
  return messagesFor(locale === null ? mailLanguage : `${locale},${mailLanguage}`, provider)
}
