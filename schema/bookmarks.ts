import { sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** How far the work of the cron trigger has come that walks a table in slices. */
export const bookmarks = sqliteTable('bookmarks', {
  /** The work: `grants`, `token_aliases` (the purge), `activity`, or `setup`, which is done once and for ever. */
  name: text('name').primaryKey(),
  /** The key behind which the last slice begins, and that of its end; empty: the beginning. Of `activity` both are seconds. */
  begins: text('begins').notNull(),
  ends: text('ends').notNull(),
})
