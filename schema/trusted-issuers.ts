import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Other authorization servers, whose assertions about users are believed (RFC 7523 3). */
export const trustedIssuers = sqliteTable('trusted_issuers', {
  issuer: text('issuer').primaryKey(),
  name: text('name').notNull(),
  jwksUri: text('jwks_uri').notNull(),
  /** What its assertions are addressed to; null for our issuer identifier. */
  audience: text('audience'),
  /** What its subject is: `id`, `username` or `email`. */
  subject: text('subject').notNull(),
  createdAt: integer('created_at').notNull(),
})
