import type { Feature } from '../concepts.ts'
import { pushedRequestFeature, type PushedRequestOptions } from '../pushed-requests/index.ts'
import { createPushedRequestStore } from '../store/d1/pushed-requests.ts'

/**
 * The feature that lets clients push their authorization requests before they open the browser (RFC 9126), with the
 * provider's own database.
 * @example
 * const provider = createProvider({ features: [pages(), pushedRequests({ requirePushedRequests: true })] })
 */
export function pushedRequests(given: PushedRequestOptions = {}): Feature {
  return pushedRequestFeature(createPushedRequestStore, given)
}
