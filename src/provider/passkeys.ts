import type { Feature } from '../concepts.ts'
import { passkeyFeature, type PasskeyOptions } from '../passkeys/index.ts'
import { createPasskeyStore } from '../store/d1/passkeys.ts'

/**
 * The feature that signs people in with passkeys (WebAuthn Level 3), with the provider's own database. OAUTH_PASSKEYS turns
 * it off.
 * @example
 * const provider = createProvider({ features: [pages(), passkeys()] })
 */
export function passkeys(given: PasskeyOptions = {}): Feature {
  return passkeyFeature(createPasskeyStore, given)
}
