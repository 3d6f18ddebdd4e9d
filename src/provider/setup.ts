import type { Feature } from '../concepts.ts'
import { setupFeature, type SetupOptions } from '../setup/index.ts'
import { createSetupStore } from '../store/d1/setup.ts'

/**
 * The feature that sets up a new deployment: `/setup` creates the first member of staff and the first client, for whoever has
 * SETUP_TOKEN, once. It needs the feature of the pages.
 * @example
 * const provider = createProvider({ features: [pages(), admin(), setup()] })
 */
export function setup(given: SetupOptions = {}): Feature {
  return setupFeature(createSetupStore, given)
}
