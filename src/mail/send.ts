import type { Provider } from '../concepts.ts'
import { settingsOf } from '../settings/settings.ts'
import { composeMail, type Letter } from './letter.ts'
import { isMailbox } from './mailbox.ts'
import { MAIL_SETTINGS } from './settings.ts'

/** Replaces an address in the local demo, whose mail is not sent. */
const DEMO_SENDER = 'accounts@localhost'

/**
 * Returns whether mail can be sent.
 * @throws {ConfigurationError} the settings ask for mail, but something is missing
 */
export function canMail(provider: Provider): boolean {
  return provider.mailer?.isReady(provider) ?? false
}

/**
 * Sends a letter after the answer, which neither waits for it nor shows whether it was sent. Failures are logged without the
 * address, the link and the code.
 * @param to one address; nothing is sent if it is invalid, as those of imported users may
 * be
 */
export function sendMail(letter: Letter, to: string, provider: Provider): void {
  const { defer, mailer, settings } = provider
  if (!mailer || !canMail(provider) || !isMailbox(to)) return
  const email = settingsOf(MAIL_SETTINGS, provider).mailFrom ?? DEMO_SENDER
  const mail = composeMail(letter, to, { name: settings.siteName, email })
  defer(
    mailer.send(mail, provider).catch((error: unknown) => {
      console.error('mail was not sent:', withoutSecrets(String(error), letter, to))
    }),
  )
}

function withoutSecrets(text: string, { code, link, paragraphs }: Letter, to: string): string {
  const secrets = [link?.url, code, to, ...paragraphs].filter((secret) => secret !== undefined)
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[…]'), text).slice(0, 300)
}
