import type { Provider } from '../concepts.ts'
import { lifetime } from '../settings/kinds.ts'
import { setting, settingsOf } from '../settings/settings.ts'

/** The settings of OpenID Connect. */
export const OPENID_SETTINGS = {
  idTokenDelta: setting(
    'OAUTH_ID_TOKEN_DELTA',
    3600,
    'Life of an ID token (OpenID Connect Core 2, `exp`).',
    lifetime,
  ),
}

/** Seconds for which an ID token counts. */
export function idTokenLifetime(provider: Pick<Provider, 'featureSettings'>): number {
  return settingsOf(OPENID_SETTINGS, provider).idTokenDelta
}
