import type { Feature, Mail, Provider } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { settingsOf } from '../settings/settings.ts'
import { MAIL_SETTINGS } from './settings.ts'

/** Passes a mail on for delivery; errors are logged without the mail. */
export type SendMail = (mail: Mail, provider: Provider) => Promise<void>

/** Options of the feature. */
export interface MailOptions {
  /** Defaults to Cloudflare's binding `EMAIL`. */
  readonly send?: SendMail
  /** OAUTH_MAIL_FROM. */
  readonly mailFrom?: string
  /** OAUTH_MAIL_LANGUAGE. */
  readonly mailLanguage?: string
}

/**
 * Mail, as a feature.
 * @param keep stores the mail of the local demo, which is not sent
 */
export function mailFeature(keep: SendMail, { send, ...given }: MailOptions): Feature {
  return {
    name: 'mail',
    settings: { rows: MAIL_SETTINGS, given },
    mailer: {
      isReady(provider) {
        if (provider.settings.demo) return true
        if (settingsOf(MAIL_SETTINGS, provider).mailFrom === null) return false
        if (send || provider.bindings.EMAIL) return true
        throw new ConfigurationError(
          'EMAIL',
          'is not bound, but OAUTH_MAIL_FROM is set; bind it (send_email in wrangler.toml), or give mail() a function that sends',
        )
      },
      send: async (mail, provider) =>
        provider.settings.demo ? keep(mail, provider) : (send ?? sendByBinding)(mail, provider),
    },
  }
}

/** Sends with Cloudflare's Email Service. */
async function sendByBinding({ from, html, subject, text, to }: Mail, { bindings }: Provider): Promise<void> {
  await bindings.EMAIL?.send({ from: { ...from }, to, subject, text, html })
}
