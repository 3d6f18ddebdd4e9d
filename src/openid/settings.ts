import type { Provider } from '../concepts.ts'
import { lifetime } from '../settings/kinds.ts'
import { setting, settingsOf } from '../settings/settings.ts'

/** The settings of OpenID Connect. */
export const OPENID_SETTINGS = {
  /** Lifetime of an ID token (OpenID Connect Core 2, `exp`). */
  idTokenDelta: setting('OAUTH_ID_TOKEN_DELTA', 3600, lifetime),
}

/** Returns the seconds for which an ID token is valid. */
export function idTokenLifetime(provider: Pick<Provider, 'featureSettings'>): number {
  return settingsOf(OPENID_SETTINGS, provider).idTokenDelta
}
