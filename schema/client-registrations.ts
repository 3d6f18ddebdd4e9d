import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Clients that registered themselves (RFC 7591). No foreign key: a client's row goes first, and this one with it. */
export const clientRegistrations = sqliteTable(
  'client_registrations',
  {
    clientId: text('client_id').primaryKey(),
    /** The id of the registration access token (RFC 7592 1.3); the token vouches for itself. */
    tokenId: text('token_id').notNull(),
    createdAt: integer('created_at').notNull(),
    /** The network that it registered from; null if it is not known. */
    network: text('network'),
    /** When it was found to have been used; null until then. */
    usedAt: integer('used_at'),
  },
  (table) => [
    index('client_registrations_unused')
      .on(table.createdAt)
      .where(sql`used_at IS NULL`),
  ],
)
