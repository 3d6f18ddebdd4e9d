import type { ImportStore } from '../../import-store.ts'
import { run } from '../run.ts'
import { readImported, rememberImported } from './records.ts'
import { importAccessTokens, importConsents, importRefreshTokens, removeWaiting, setOwner } from './tokens.ts'
import { importUsers } from './users.ts'

/**
 * Creates the part of the storage that imports another provider's data, in D1.
 * @param db the D1 database, migrated
 */
export function createImportStore(db: D1Database): ImportStore {
  return {
    importUsers: (users, mode) => importUsers(db, users, mode),
    importConsents: (consents, mode) => importConsents(db, consents, mode),
    importRefreshTokens: (tokens, mode) => importRefreshTokens(db, tokens, mode),
    importAccessTokens: (tokens, mode) => importAccessTokens(db, tokens, mode),
    async removeWaitingGrants(limit) {
      const [rows] = await run<[{ name: string }]>(db, [removeWaiting(limit)])
      return rows.map(({ name }) => name)
    },
    readImported: (ids) => readImported(db, ids),
    rememberImported: (ids) => rememberImported(db, ids),
    async setClientOwner(clientId, owner) {
      await run(db, [setOwner(clientId, owner)])
    },
  }
}
