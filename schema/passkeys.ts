import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Passkeys (WebAuthn Level 3 4, credential record). No foreign key: a passkey without its user signs nobody in. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    /** base64url, as the authenticator chose it. */
    credentialId: text('credential_id').primaryKey(),
    userId: text('user_id').notNull(),
    /** The COSE key, base64url: it signs nothing, so it is no secret. */
    publicKey: text('public_key').notNull(),
    signCount: integer('sign_count').notNull(),
    /** Names separated by spaces. */
    transports: text('transports').notNull(),
    synced: integer('synced', { mode: 'boolean' }).notNull(),
    backedUp: integer('backed_up', { mode: 'boolean' }).notNull(),
    name: text('name').notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
    /** The request that added or used it last: sent again it has already won. */
    op: text('op').notNull(),
  },
  (table) => [index('passkeys_user_id').on(table.userId)],
)
