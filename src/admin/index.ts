import { adminApiPaths } from './openapi.ts'
import type { AdminPanel } from './panel.ts'
import { addAdminRoutes } from './routes.tsx'

export type { AdminPanel } from './panel.ts'

/**
 * The admin's pages and API, for `createProvider({ admin })`. A Worker that leaves it out does not carry it.
 * @example
 * const provider = createProvider({ admin })
 * app.route('/', provider.admin)
 */
export const admin: AdminPanel = { addRoutes: addAdminRoutes, describe: adminApiPaths }
