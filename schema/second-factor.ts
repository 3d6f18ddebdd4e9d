import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Secrets of one-time codes by time (RFC 6238), one a user. No foreign key: without its user a row proves nothing. */
export const totpSecrets = sqliteTable('totp_secrets', {
  userId: text('user_id').primaryKey(),
  /** Sealed under SECRET_KEY for this user. */
  sealedSecret: text('sealed_secret').notNull(),
  /** The time step of the last code that was taken: none of it or before it is taken again (RFC 6238 5.2). */
  lastStep: integer('last_step').notNull(),
  /** The request that took it, or set the secret up: sent again it has already won. */
  op: text('op').notNull(),
  createdAt: integer('created_at').notNull(),
})

/** Codes on paper for who has lost the device. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    userId: text('user_id').notNull(),
    /** SHA-256 of user and code. */
    codeHash: text('code_hash').notNull(),
    usedAt: integer('used_at'),
    /** The request that used it. */
    op: text('op'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
)

/** Browsers in which a user has given the second factor, and need not again for a while. */
export const rememberedBrowsers = sqliteTable(
  'remembered_browsers',
  {
    /** SHA-256 of what the browser's cookie holds. */
    idHash: text('id_hash').primaryKey(),
    userId: text('user_id').notNull(),
    userAgent: text('user_agent').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('remembered_browsers_user_id').on(table.userId, table.createdAt),
    index('remembered_browsers_expires_at').on(table.expiresAt),
  ],
)
