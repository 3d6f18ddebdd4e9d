import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Others whose accounts people sign in with: OpenID Connect issuers, and GitHub. */
export const signInProviders = sqliteTable('sign_in_providers', {
  /** Part of the redirect URI. */
  id: text('id').primaryKey(),
  /** `openid` or `github`. */
  kind: text('kind').notNull(),
  /** As buttons say it. */
  name: text('name').notNull(),
  /** A picture as a `data:` URL. */
  icon: text('icon'),
  /** The issuer identifier; of GitHub where it is. It never changes. */
  issuer: text('issuer').notNull(),
  clientId: text('client_id').notNull(),
  /** AES-GCM under SECRET_KEY; null of a public client. */
  sealedSecret: text('sealed_secret'),
  /** Names separated by spaces. */
  scope: text('scope').notNull(),
  /** What it says of an address counts: an account of a user who has proved the same one may be found by it. */
  trustsAddresses: integer('trusts_addresses', { mode: 'boolean' }).notNull(),
  /** Domains separated by spaces, of which people must have a verified address; empty for all. */
  domains: text('domains').notNull(),
  /** Who has no account here gets one. */
  createsAccounts: integer('creates_accounts', { mode: 'boolean' }).notNull(),
  /** Whoever comes from there counts as authenticated now where it does not say when that was. */
  countsAsFresh: integer('counts_as_fresh', { mode: 'boolean' }).notNull().default(false),
  isEnabled: integer('is_enabled', { mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** Accounts elsewhere with which users sign in here. No foreign keys: a link without its user or provider signs nobody in. */
export const linkedAccounts = sqliteTable(
  'linked_accounts',
  {
    providerId: text('provider_id').notNull(),
    /** Of the provider when the link was made: another issuer's subjects are other people. */
    issuer: text('issuer').notNull(),
    /** The `sub` of the issuer; of GitHub the number of the user. */
    subject: text('subject').notNull(),
    userId: text('user_id').notNull(),
    /** How people know the account there: its address or name. */
    label: text('label').notNull(),
    linkedAt: integer('linked_at').notNull(),
    lastUsedAt: integer('last_used_at'),
    /** The request that made or used it last: sent again it has already won. */
    op: text('op').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.providerId, table.subject] }),
    index('linked_accounts_user_id').on(table.userId),
  ],
)
