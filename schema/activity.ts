import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** How often something happened on a day (UTC), for the first page of the admin: a row per day and kind. */
export const activity = sqliteTable(
  'activity',
  {
    /** Days since 1970. */
    day: integer('day').notNull(),
    /** `grant_given` (before: `token_issued`), `signed_in`, `token_refused` or `sign_in_refused`. */
    kind: text('kind').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.kind] })],
)
