import { Secret } from '../crypto/secret.ts'
import type { Row, Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

const service: Row<string | null> = {
  unit: 'origin',
  expected: 'an origin without a path, such as https://api.pwnedpasswords.com (http only for this machine)',
  parse(value) {
    const url = typeof value === 'string' ? URL.parse(value) : null
    const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1'
    if (!url || url.origin !== value) return undefined
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? url.origin : undefined
  },
}

const siteKey: Row<string | null> = {
  unit: 'site key',
  expected: 'the site key of a Turnstile widget, such as 0x4AAAAAAADnPIDROrmt1Wwj',
  parse: (value) => (typeof value === 'string' && /^[\w-]{20,60}$/.test(value) ? value : undefined),
}

const secretKey: Row<Secret | null> = {
  unit: 'secret',
  expected: 'the secret key of a Turnstile widget',
  parse: (value) =>
    typeof value === 'string' && /^[\w-]{20,100}$/.test(value) ? new Secret(value) : undefined,
}

/** The feature's settings. */
export const GUARD_SETTINGS = {
  /**
   * Service to ask whether a password that somebody chooses is known from a breach (https://api.pwnedpasswords.com,
   * or a mirror of it). The service sees five characters of a hash.
   */
  pwnedPasswords: setting('OAUTH_PWNED_PASSWORDS', null, service, 'none'),
  /**
   * Let Cloudflare Turnstile check everybody who signs up, or requests an email without being signed in. Only the
   * pages with these forms load anything from Cloudflare.
   */
  turnstileSiteKey: setting('OAUTH_TURNSTILE_SITE_KEY', null, siteKey, 'none'),
  /** The secret key of the same widget; a secret, not a var. */
  turnstileSecret: setting<Secret | null>('TURNSTILE_SECRET', null, secretKey, 'none'),
} satisfies Readonly<Record<string, Setting<unknown>>>
