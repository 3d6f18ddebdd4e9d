import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Authorization requests that clients have pushed (RFC 9126). No foreign key: the statement that makes a row proves its client.
 * The migration makes it `WITHOUT ROWID`.
 */
export const pushedRequests = sqliteTable(
  'pushed_requests',
  {
    /** 32 hexadecimal digits. What clients get for it vouches for itself, and cannot be made from it. */
    id: text('id').primaryKey(),
    clientId: text('client_id').notNull(),
    /** Its parameters, sealed. */
    sealed: text('sealed').notNull(),
    /** Until when it can be opened at the authorization endpoint. */
    expiresAt: integer('expires_at').notNull(),
    /** The visit of the authorization endpoint that was answered; null until then. */
    answeredBy: text('answered_by'),
  },
  (table) => [index('pushed_requests_expires_at').on(table.expiresAt)],
)
