import { lifetime, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Who may register a client. */
export type RegistrationMode = 'off' | 'open' | 'token'

const DAY = 86_400

const mode: Row<RegistrationMode> = {
  unit: 'name',
  expected: '"off", "token" or "open"',
  parse: (value) => (value === 'off' || value === 'open' || value === 'token' ? value : undefined),
}
const count: Row<number> = {
  unit: 'number',
  expected: 'a whole number from 1 to 100000',
  parse(value) {
    const number = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value
    return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 100_000
      ? number
      : undefined
  },
}

/** Rows of the settings that the feature has. */
export const REGISTRATION_SETTINGS = {
  registration: setting(
    'OAUTH_REGISTRATION',
    'off',
    'Who may register clients (RFC 7591): nobody; whoever has an access token with the scope `register`, of a member of staff or of a client of its own; or anybody.',
    mode,
  ),
  registrationLimit: setting(
    'OAUTH_REGISTRATION_LIMIT',
    100,
    'Clients that one network (an IPv4 address, an IPv6 /64) may register in an hour.',
    count,
  ),
  registrationUnusedDelta: setting(
    'OAUTH_REGISTRATION_UNUSED_DELTA',
    30 * DAY,
    'How long a client that registered itself stays which nobody has ever used; then the cron trigger deletes it.',
    lifetime,
  ),
} satisfies Readonly<Record<string, Setting<unknown>>>
