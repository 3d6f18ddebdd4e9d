import type { Feature } from '../concepts.ts'
import { adminApiPaths } from './openapi.ts'
import { addAdminRoutes } from './routes.tsx'

/**
 * The feature that staff work with: the panel's pages and their API, below `paths.admin`. It needs the feature of the pages.
 * @example
 * const provider = createProvider({ features: [pages(), admin()] })
 */
export function admin(): Feature {
  return {
    name: 'admin',
    pages: [
      {
        at: 'root',
        below: (paths) => [paths.admin],
        // Its API takes tokens from anywhere; its forms are guarded one by one.
        guarded: false,
        addRoutes: addAdminRoutes,
        describe: adminApiPaths,
      },
    ],
  }
}
