import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { clients } from './clients.ts'
import { grants } from './grants.ts'

/** Access tokens by their id; the token itself is never stored. Its user is its grant's. */
export const accessTokens = sqliteTable(
  'access_tokens',
  {
    id: text('id').primaryKey(),
    /** Null for client credentials. */
    grantId: text('grant_id').references(() => grants.id),
    clientId: text('client_id')
      .notNull()
      .references(() => clients.clientId),
    scope: text('scope').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
    /** User, scope and client of the one live token under OAUTH_SINGLE_ACCESS_TOKEN. */
    singleKey: text('single_key'),
  },
  (table) => [
    uniqueIndex('access_tokens_single_key')
      .on(table.singleKey)
      .where(sql`single_key IS NOT NULL`),
    index('access_tokens_grant_id').on(table.grantId),
    index('access_tokens_client_id').on(table.clientId),
    index('access_tokens_expires_at').on(table.expiresAt),
  ],
)
