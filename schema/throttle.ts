import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Counters of password attempts. Keys are keyed hashes: what people type as their name is not kept. */
export const throttle = sqliteTable(
  'throttle',
  {
    key: text('key').primaryKey(),
    count: integer('count').notNull(),
    resetAt: integer('reset_at').notNull(),
    /** The request that counted last: sent again after a lost reply, it does not count twice. */
    op: text('op').notNull(),
  },
  (table) => [index('throttle_reset_at').on(table.resetAt)],
)
