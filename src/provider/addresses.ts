import { addressFeature, type AddressOptions } from '../addresses/index.tsx'
import type { Feature } from '../concepts.ts'
import { mailLinksOf } from './mail-links.ts'

/**
 * The feature that lets people prove and change their email address, with the provider's own database. It needs `mail()`.
 * @example
 * const provider = createProvider({ features: [pages(), mail(), addresses()] })
 */
export function addresses(options: AddressOptions = {}): Feature {
  return addressFeature(mailLinksOf, options)
}
