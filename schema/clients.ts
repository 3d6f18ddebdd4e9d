import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Applications that ask for tokens (RFC 6749 2). Protocol fields are columns, other metadata of RFC 7591 is JSON. */
export const clients = sqliteTable(
  'clients',
  {
    clientId: text('client_id').primaryKey(),
    type: text('type', { enum: ['confidential', 'public'] }).notNull(),
    name: text('name').notNull(),
    url: text('url'),
    /** JSON arrays of registered names. */
    grantTypes: text('grant_types').notNull(),
    responseTypes: text('response_types').notNull(),
    /** Space-separated, sorted; null if the client may ask for every scope. */
    scope: text('scope'),
    autoAuthorize: integer('auto_authorize', { mode: 'boolean' }).notNull().default(false),
    authorizeEveryTime: integer('authorize_every_time', { mode: 'boolean' }).notNull().default(false),
    requirePkce: integer('require_pkce', { mode: 'boolean' }).notNull().default(true),
    ownerId: text('owner_id').references(() => users.id),
    /** Seconds; null if the settings decide. */
    accessTokenLifetime: integer('access_token_lifetime'),
    refreshTokenLifetime: integer('refresh_token_lifetime'),
    /** Seconds in which a replaced refresh token is a lost reply; null if the settings decide. */
    refreshReuseInterval: integer('refresh_reuse_interval'),
    metadata: text('metadata').notNull().default('{}'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    disabledAt: integer('disabled_at'),
    /** Codes that were given in this second or before are dead: the client was disabled in it. */
    codesAfter: integer('codes_after'),
    /** Consents of this second or before count no longer: what the client says of itself has changed in it. */
    consentsAfter: integer('consents_after'),
  },
  (table) => [
    index('clients_owner_id').on(table.ownerId),
    index('clients_name').on(sql`name COLLATE NOCASE`),
    index('clients_disabled')
      .on(table.disabledAt)
      .where(sql`disabled_at IS NOT NULL`),
    // The few that are told of logouts: whoever signs out looks for these alone.
    index('clients_backchannel_logout')
      .on(table.clientId)
      .where(sql`metadata ->> 'backchannel_logout_uri' IS NOT NULL`),
  ],
)
