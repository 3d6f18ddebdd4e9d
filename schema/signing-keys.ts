import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Keys that sign tokens (RFC 7517); the private part is sealed with SECRET_KEY. */
export const signingKeys = sqliteTable(
  'signing_keys',
  {
    /** RFC 7638 thumbprint of the public key. */
    kid: text('kid').primaryKey(),
    /** `RS256`, `ES256` or `EdDSA` (RFC 7518 3.1, RFC 8037 3.1). */
    algorithm: text('algorithm').notNull(),
    /** `next` is published, `active` signs, `retired` is published while tokens that it signed may be shown. */
    state: text('state').notNull(),
    /** JWK. */
    publicKey: text('public_key').notNull(),
    sealedPrivateKey: text('sealed_private_key').notNull(),
    createdAt: integer('created_at').notNull(),
    activatedAt: integer('activated_at'),
    retiredAt: integer('retired_at'),
    /** When the last token that it signed has expired; null while it is not retired. */
    publishedUntil: integer('published_until'),
  },
  (table) => [
    // One place for each algorithm: of two isolates that make a key at once, one finds it taken.
    uniqueIndex('signing_keys_place')
      .on(table.algorithm, table.state)
      .where(sql`state IN ('next', 'active')`),
    index('signing_keys_published_until').on(table.publishedUntil),
  ],
)

/**
 * What pairwise subjects are salted with (OpenID Connect Core 8.1): one row, made once and never changed, or every such subject
 * would change. It keeps clients from computing each other's subjects; who has the database has the users anyway.
 */
export const pairwiseSalt = sqliteTable('pairwise_salt', {
  /** Always 1. */
  id: integer('id').primaryKey(),
  salt: text('salt').notNull(),
  createdAt: integer('created_at').notNull(),
})
