import type { Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { settingsOf } from '../settings/settings.ts'
import { PASSKEY_SETTINGS } from './settings.ts'

/** The party that passkeys are for, and where they are used (WebAuthn Level 3 4, Relying Party). */
export interface RelyingParty {
  readonly id: string
  readonly origins: readonly string[]
}

/** Returns the relying party of a provider. */
export function relyingPartyOf({ featureSettings, origin }: Provider): RelyingParty {
  const { passkeyOrigins, passkeyRpId } = settingsOf(PASSKEY_SETTINGS, { featureSettings })
  return { id: passkeyRpId ?? new URL(origin).hostname, origins: [origin, ...passkeyOrigins] }
}

/**
 * Returns whether there are passkeys here: the setting is on, and the users are our own.
 */
export function offersPasskeys({ featureSettings, hooks }: Provider): boolean {
  return settingsOf(PASSKEY_SETTINGS, { featureSettings }).passkeys && hooks.users === null
}

/**
 * Returns the handle by which an authenticator knows a user (WebAuthn Level 3 5.4.3): it reveals nothing, and is always the
 * same.
 */
export async function userHandleOf(userId: string): Promise<string> {
  return sha256Base64url(`passkey user handle\n${userId}`)
}
