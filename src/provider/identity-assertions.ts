import type { Feature } from '../concepts.ts'
import { identityAssertionsFeature } from '../identity-assertions/index.ts'
import { createIssuerStore } from '../store/d1/issuers.ts'

/**
 * The feature that accepts assertions of trusted issuers about their users (ID-JAG), with the provider's own database. Staff
 * choose in the panel whom to trust.
 * @example
 * const provider = createProvider({ features: [pages(), admin(), identityAssertions()] })
 */
export function identityAssertions(): Feature {
  return identityAssertionsFeature(createIssuerStore)
}
