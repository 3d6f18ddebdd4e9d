import type { Feature } from '../concepts.ts'
import { recoveryFeature, type RecoveryOptions } from '../recovery/index.tsx'
import { mailLinksOf } from './mail-links.ts'

/**
 * The feature that lets people recover their accounts, with the provider's own database. It needs `mail()`.
 * @example
 * const provider = createProvider({ features: [pages(), mail(), recovery({ signInLinks: true })] })
 */
export function recovery(options: RecoveryOptions = {}): Feature {
  return recoveryFeature(mailLinksOf, options)
}
