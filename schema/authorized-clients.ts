import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { clients } from './clients.ts'
import { users } from './users.ts'

/**
 * A user's consent to a client. `id` is new after each withdrawal: a code carries it, and redemption demands that it
 * lives, so that withdrawing ends codes that are not yet redeemed.
 */
export const authorizedClients = sqliteTable(
  'authorized_clients',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    clientId: text('client_id')
      .notNull()
      .references(() => clients.clientId),
    id: text('id').notNull().unique(),
    scope: text('scope').notNull(),
    authorizedAt: integer('authorized_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    revokedAt: integer('revoked_at'),
    /** Ids, each after a space, of consents that were given in the same moment and became this one. */
    joinedIds: text('joined_ids').notNull().default(''),
    /** A JSON array of what was allowed at resources (RFC 8707): a scope, a space, the resource. */
    targets: text('targets'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.clientId] }),
    index('authorized_clients_client_id').on(table.clientId),
  ],
)
