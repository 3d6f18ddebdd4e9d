import { flag, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const PASSWORDLESS_SETTINGS = {
  /**
   * Let people create an account with an email address instead of a password. They sign in with passkeys or by email
   * (OAUTH_SIGN_IN_LINKS).
   */
  passwordOptional: setting('OAUTH_PASSWORD_OPTIONAL', false, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>
