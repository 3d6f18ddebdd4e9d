import type { AdminStore } from '../../admin-store.ts'
import { createUpkeepStore } from '../upkeep.ts'
import { browseAdmin } from './browse.ts'
import { clientAdmin } from './clients.ts'
import { scopeAdmin } from './scopes.ts'
import { signInAdmin } from './sign-ins.ts'
import { tokenAdmin } from './tokens.ts'
import { userAdmin } from './users.ts'

/**
 * Creates the operators' part of the storage, in D1.
 * @param db the D1 database, migrated
 */
export function createAdminStore(db: D1Database): AdminStore {
  return {
    ...browseAdmin(db),
    ...clientAdmin(db),
    ...userAdmin(db),
    ...scopeAdmin(db),
    ...signInAdmin(db),
    ...tokenAdmin(db),
    ...createUpkeepStore(db),
  }
}
