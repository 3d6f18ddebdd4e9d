import { flag, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const RECOVERY_SETTINGS = {
  /**
   * Let users who forgot their password choose a new one with a link, which they get by email (OAUTH_MAIL_FROM) or
   * from staff.
   */
  recovery: setting('OAUTH_RECOVERY', true, flag),
  /**
   * Let users sign in without a password, with a link or a code that they get by email; this needs email
   * (OAUTH_MAIL_FROM).
   */
  signInLinks: setting('OAUTH_SIGN_IN_LINKS', false, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>
