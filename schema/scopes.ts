import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Scopes beside those of OAUTH_SCOPES, and the descriptions that the consent page shows for either. */
export const scopes = sqliteTable('scopes', {
  name: text('name').primaryKey(),
  description: text('description').notNull(),
  createdAt: integer('created_at').notNull(),
})
