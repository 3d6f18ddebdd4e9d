import { flag, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Rows of the settings that the feature has. */
export const DPOP_SETTINGS = {
  /**
   * Refuse every token request without a proof of possession (RFC 9449), so that no bearer tokens are issued. If this
   * is off, it applies only to clients whose metadata requires it.
   */
  dpopRequired: setting('OAUTH_REQUIRE_DPOP', false, flag),
  /**
   * Require a recent nonce from the provider in every proof of possession (RFC 9449 8, 9), so that nobody can create
   * proofs in advance. A client that sends none gets one, and tries again.
   */
  dpopNonce: setting('OAUTH_DPOP_NONCE', false, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>
