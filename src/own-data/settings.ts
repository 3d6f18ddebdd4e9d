import { interval, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const OWN_DATA_SETTINGS = {
  /**
   * Time after which an account is deleted when its user has asked for that; signing in before then cancels the
   * deletion. With 0, users cannot delete their accounts.
   */
  deletionDelta: setting('OAUTH_DELETION_DELTA', 7 * 86_400, interval),
} satisfies Readonly<Record<string, Setting<unknown>>>
