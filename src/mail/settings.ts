import { language, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'
import { isMailbox } from './mailbox.ts'

const mailbox: Row<string | null> = {
  unit: 'email address',
  expected: 'one email address, such as accounts@example.org',
  parse: (value) => (typeof value === 'string' && isMailbox(value) ? value : undefined),
}

/** The feature's settings. */
export const MAIL_SETTINGS = {
  /**
   * Address that email is sent from, under the name of OAUTH_SITE_NAME. Without it, no email is sent, and no page
   * offers anything that needs email.
   */
  mailFrom: setting('OAUTH_MAIL_FROM', null, mailbox, 'none'),
  /** Language of emails to users who have not chosen a language and did not ask for the email themselves. */
  mailLanguage: setting('OAUTH_MAIL_LANGUAGE', 'en', language),
} satisfies Readonly<Record<string, Setting<unknown>>>
