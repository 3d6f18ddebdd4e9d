import { Secret } from '../crypto/secret.ts'
import { isStrongKey, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

const token: Row<Secret | null> = {
  unit: 'secret',
  expected: 'at least 32 characters that nobody can guess (openssl rand -base64 32 creates some)',
  parse: (value) => (typeof value === 'string' && isStrongKey(value) ? new Secret(value) : undefined),
}

/** The feature's settings. */
export const SETUP_SETTINGS = {
  /**
   * Token that /setup asks for before it creates the first member of staff; a secret, not a var. It is useless once
   * there is a user.
   */
  setupToken: setting<Secret | null>(
    'SETUP_TOKEN',
    null,
    token,
    'none; npm run deploy creates one if there is no user yet',
  ),
} satisfies Readonly<Record<string, Setting<unknown>>>
