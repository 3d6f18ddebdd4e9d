import type { Feature } from '../concepts.ts'
import { clientDoctor as records } from './records.ts'

/**
 * The feature that shows what each known client would do here, and where it would stop, in the panel and its API. It needs the
 * feature of clients by document.
 * @example
 * const provider = createProvider({ features: [pages(), admin(), clientIdMetadata(), clientDoctor()] })
 */
export function clientDoctor(): Feature {
  return { name: 'client-doctor', adminResources: [records] }
}
