import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Clients that have to be told that a session ended (OpenID Connect Back-Channel Logout 1.0): written by the batch that ends it,
 * gone once the client has answered, or was asked often enough. No foreign keys: a notice outlives the session and its user.
 */
export const logoutNotices = sqliteTable(
  'logout_notices',
  {
    sessionId: text('session_id').notNull(),
    clientId: text('client_id').notNull(),
    /** What the client knows the user by. */
    subject: text('subject').notNull(),
    createdAt: integer('created_at').notNull(),
    /** How often the client was asked. */
    attempts: integer('attempts').notNull().default(0),
    /** When the client is asked next. */
    nextAt: integer('next_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.clientId] }),
    index('logout_notices_next_at').on(table.nextAt),
  ],
)
