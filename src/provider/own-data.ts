import type { Feature } from '../concepts.ts'
import { ownDataFeature, type OwnDataOptions } from '../own-data/index.tsx'
import { createOwnDataStore } from '../store/d1/own-data.ts'

/**
 * The feature that lets people see what happened to their accounts, download their data, and delete their accounts.
 * @example
 * const provider = createProvider({ features: [pages(), ownData({ deletionDelta: 14 * 86_400 })] })
 */
export function ownData(given: OwnDataOptions = {}): Feature {
  return ownDataFeature(createOwnDataStore, given)
}
