import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Protected resources that tokens can be for (RFC 8707, RFC 9728), beside those of OAUTH_RESOURCES. */
export const resources = sqliteTable('resources', {
  /** An absolute URI without a fragment. */
  identifier: text('identifier').primaryKey(),
  name: text('name').notNull(),
  /** Names separated by spaces; null if it takes every scope. */
  scope: text('scope'),
  /** `opaque` or `jwt`. */
  tokenFormat: text('token_format').notNull(),
  /** Seconds; null if the client and the settings decide. */
  accessTokenLifetime: integer('access_token_lifetime'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})
