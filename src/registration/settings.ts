import { count, lifetime, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Who may register a client. */
export type RegistrationMode = 'off' | 'open' | 'token'

const DAY = 86_400

const mode: Row<RegistrationMode> = {
  unit: 'name',
  expected: '"off", "token" or "open"',
  parse: (value) => (value === 'off' || value === 'open' || value === 'token' ? value : undefined),
}
/** The feature's settings. */
export const REGISTRATION_SETTINGS = {
  /**
   * Who may register clients (RFC 7591): nobody; anybody with an access token with the scope `register` that belongs
   * to a member of staff or to a client itself; or everybody.
   */
  registration: setting('OAUTH_REGISTRATION', 'off', mode),
  /** Number of clients that a network (an IPv4 address, or an IPv6 /64) may register per hour. */
  registrationLimit: setting('OAUTH_REGISTRATION_LIMIT', 100, count),
  /** Time after which the cron trigger deletes a client that registered itself and that nobody has ever used. */
  registrationUnusedDelta: setting('OAUTH_REGISTRATION_UNUSED_DELTA', 30 * DAY, lifetime),
} satisfies Readonly<Record<string, Setting<unknown>>>
