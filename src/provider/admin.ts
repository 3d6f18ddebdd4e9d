import { adminFeature } from '../admin/index.ts'
import type { Feature } from '../concepts.ts'
import { createAdminStore } from '../store/d1/admin/index.ts'

/**
 * The feature for staff: the panel's pages and their API, below `paths.admin`, over the provider's own database. It needs the
 * feature of the pages.
 * @example
 * const provider = createProvider({ features: [pages(), admin()] })
 */
export function admin(): Feature {
  return adminFeature(createAdminStore)
}
