import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { clients } from './clients.ts'
import { users } from './users.ts'

/**
 * One authorization that a user really gave. It has one row however often its refresh token rotates, and outlives its
 * code and all its tokens, for the row is the memory by which a replay is known.
 */
export const grants = sqliteTable(
  'grants',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    clientId: text('client_id')
      .notNull()
      .references(() => clients.clientId),
    grantType: text('grant_type').notNull(),
    scope: text('scope').notNull(),
    authTime: integer('auth_time').notNull(),
    /** The code that was redeemed for this grant; unique, so that a code is redeemed once. */
    codeId: text('code_id'),
    /** The number of the refresh token that is current. */
    refreshSeq: integer('refresh_seq').notNull().default(0),
    /** The request that made the last rotation: the same request sent again has already won. */
    refreshOp: text('refresh_op'),
    refreshedAt: integer('refreshed_at'),
    /** Null where the grant has no refresh token. */
    refreshExpiresAt: integer('refresh_expires_at'),
    /** When neither a refresh token nor an access token of this grant can be alive any more. */
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokeReason: text('revoke_reason'),
    /** The grant whose live tokens were given again (OAUTH_SINGLE_ACCESS_TOKEN); lists hide such a row. */
    tokensOf: text('tokens_of'),
  },
  (table) => [
    uniqueIndex('grants_code_id')
      .on(table.codeId)
      .where(sql`code_id IS NOT NULL`),
    index('grants_user_id_client_id').on(table.userId, table.clientId),
    index('grants_client_id').on(table.clientId),
    index('grants_expires_at').on(table.expiresAt),
    index('grants_revoked')
      .on(table.revokedAt)
      .where(sql`revoked_at IS NOT NULL`),
  ],
)
