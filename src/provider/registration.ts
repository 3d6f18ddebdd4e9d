import type { Feature } from '../concepts.ts'
import { registrationFeature, type RegistrationOptions } from '../registration/index.ts'
import { createAdminStore } from '../store/d1/admin/index.ts'
import { createRegistrationStore } from '../store/d1/registration.ts'

/**
 * The feature that lets clients register themselves (RFC 7591, RFC 7592), with the provider's own database. OAUTH_REGISTRATION
 * turns it on.
 * @example
 * const provider = createProvider({ features: [pages(), registration({ registration: 'open' })] })
 */
export function registration(given: RegistrationOptions = {}): Feature {
  return { ...registrationFeature(createRegistrationStore, given), adminStore: createAdminStore }
}
