import { flag, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const ADDRESS_SETTINGS = {
  /**
   * Let users verify their email address with a code or a link, at sign-up and on the account page, and change it
   * there; this needs email (OAUTH_MAIL_FROM).
   */
  verifyEmail: setting('OAUTH_VERIFY_EMAIL', true, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>
