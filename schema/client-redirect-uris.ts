import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { clients } from './clients.ts'

/** Registered redirection endpoints (RFC 6749 3.1.2); matching one is an exact probe of the primary key. */
export const clientRedirectUris = sqliteTable(
  'client_redirect_uris',
  {
    clientId: text('client_id')
      .notNull()
      .references(() => clients.clientId),
    uri: text('uri').notNull(),
    /** Order of registration; the first is shown first. */
    position: integer('position').notNull(),
  },
  (table) => [primaryKey({ columns: [table.clientId, table.uri] })],
)
