import type { Feature } from '../concepts.ts'
import { openIdFeature } from '../openid/index.ts'
import { createOpenIdStore } from '../store/d1/openid.ts'

/**
 * The feature that signs people in for other applications (OpenID Connect 1.0), over the provider's own database.
 * @example
 * const provider = createProvider({ features: [pages(), openid()] })
 */
export function openid(): Feature {
  return openIdFeature(createOpenIdStore)
}
