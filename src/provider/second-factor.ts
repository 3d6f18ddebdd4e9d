import type { Feature } from '../concepts.ts'
import { secondFactorFeature, type SecondFactorOptions } from '../second-factor/index.ts'
import { createSecondFactorStore } from '../store/d1/second-factor.ts'

/**
 * The feature that asks for a second factor besides the password, with the provider's own database. OAUTH_SECOND_FACTOR
 * determines who needs one.
 * @example
 * const provider = createProvider({ features: [pages(), secondFactor({ secondFactor: 'staff' })] })
 */
export function secondFactor(given: SecondFactorOptions = {}): Feature {
  return secondFactorFeature(createSecondFactorStore, given)
}
