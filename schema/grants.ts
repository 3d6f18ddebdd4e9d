import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/**
 * One authorization, with the refresh token and the access token that are current: a user's, or a client's own. It has one
 * row however often its tokens are replaced, and outlives its code and all its tokens, for the row is the memory by which a
 * replay is known.
 *
 * The migration makes it `WITHOUT ROWID`, which Drizzle cannot say. It has no foreign keys: who writes a row proves its user
 * and client in the same statement, and a row without them counts for nothing where it is read.
 */
export const grants = sqliteTable(
  'grants',
  {
    /** 32 hexadecimal digits, of which the first twelve are the time in milliseconds. Of a code it is the id, too. */
    id: text('id').primaryKey(),
    /** Null where a client acts for itself. */
    userId: text('user_id'),
    clientId: text('client_id').notNull(),
    grantType: text('grant_type').notNull(),
    scope: text('scope').notNull(),
    /** When the user gave the password. */
    authTime: integer('auth_time'),
    /** The session in which the user approved. */
    sessionId: text('session_id'),
    /** A JSON object of what else tokens of this grant say, see `GrantDetails`. */
    details: text('details'),
    /** The number of the refresh token and of the access token that are current. */
    refreshSeq: integer('refresh_seq').notNull().default(0),
    /** The request that made the current tokens: the same request sent again has already won. */
    refreshOp: text('refresh_op'),
    refreshedAt: integer('refreshed_at'),
    /** The network that the current tokens went to; null if it is not known. */
    refreshedFrom: text('refreshed_from'),
    /** How many rotations in a row were repeated from another network, and the last of them. */
    strays: integer('strays').notNull().default(0),
    strayedSeq: integer('strayed_seq'),
    /** When one was last repeated from another network. */
    strayedAt: integer('strayed_at'),
    /** Null where the grant has no refresh token. */
    refreshExpiresAt: integer('refresh_expires_at'),
    /** Null where the grant has no access token, or had one that was deleted. */
    accessExpiresAt: integer('access_expires_at'),
    accessRevokedAt: integer('access_revoked_at'),
    /** The scope of the current access token; null if it is the grant's. */
    accessScope: text('access_scope'),
    /** A JSON array of the resources that the current access token is for; null if it is all of the grant's. */
    accessResource: text('access_resource'),
    /** When neither the code nor a token of this grant can be alive any more. */
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokeReason: text('revoke_reason'),
    /** User, client and scope of the one live access token under OAUTH_SINGLE_ACCESS_TOKEN. */
    singleKey: text('single_key'),
    /** The grant whose live tokens were given again (OAUTH_SINGLE_ACCESS_TOKEN); lists hide such a row. */
    tokensOf: text('tokens_of'),
  },
  (table) => [
    index('grants_user_id_client_id')
      .on(table.userId, table.clientId, table.id)
      .where(sql`user_id IS NOT NULL`),
    index('grants_client_id').on(table.clientId, table.id),
    // Whoever issues or refreshes writes neither of these.
    index('grants_revoked_at')
      .on(table.revokedAt, table.id)
      .where(sql`revoked_at IS NOT NULL`),
    uniqueIndex('grants_single_key')
      .on(table.singleKey)
      .where(sql`single_key IS NOT NULL`),
  ],
)
