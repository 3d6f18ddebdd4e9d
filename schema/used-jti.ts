import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** JWTs by which clients have authenticated (RFC 7523 3): each works once. The migration makes it `WITHOUT ROWID`. */
export const usedJti = sqliteTable(
  'used_jti',
  {
    /** A hash of the client and its `jti`. */
    jtiHash: text('jti_hash').primaryKey(),
    /** The request that used it: sent again after a lost reply it may use it again. */
    op: text('op').notNull(),
    /** When the JWT expires, and with it the need to know. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('used_jti_expires_at').on(table.expiresAt)],
)
