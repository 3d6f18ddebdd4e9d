import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What leads to a grant that its token or code does not name: tokens and codes of the format before, and tokens that another
 * provider made. Rows come from the migration and from imports alone, and go when they can lead nowhere any more.
 * The migration makes it `WITHOUT ROWID`.
 */
export const tokenAliases = sqliteTable('token_aliases', {
  /** What storage knows the token or code by; of an import also the name that its records have for each other. */
  id: text('id').primaryKey(),
  grantId: text('grant_id').notNull(),
  /** Of an access token its number in the grant; null for all others. */
  sequence: integer('sequence'),
})
