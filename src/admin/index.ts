import type { Feature } from '../concepts.ts'
import { adminApiPaths } from './openapi.ts'
import { addAdminRoutes } from './routes.tsx'

/**
 * The panel's pages and their API, below `paths.admin`, as a feature.
 * @param adminStore creates the operators' part of the storage over a database
 */
export function adminFeature(adminStore: NonNullable<Feature['adminStore']>): Feature {
  return {
    name: 'admin',
    adminStore,
    signInReturns: { admin: (paths) => paths.admin },
    pages: [
      {
        at: 'root',
        below: (paths) => [paths.admin],
        // Its API accepts tokens from anywhere; its forms are guarded individually.
        guarded: false,
        addRoutes: addAdminRoutes,
        describe: adminApiPaths,
      },
    ],
  }
}
