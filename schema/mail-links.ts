import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What a mail let somebody do, once: prove an address, choose a new password, sign in. The link of the mail is the row's id with a
 * MAC, its code follows from both, so neither is kept. No foreign keys: a row whose user is gone counts for nothing.
 */
export const mailLinks = sqliteTable(
  'mail_links',
  {
    /** 128 random bits, base64url. */
    id: text('id').primaryKey(),
    /** What it is good for: a `MailLinkKind`. */
    kind: text('kind').notNull(),
    userId: text('user_id'),
    /** Where the mail went. */
    email: text('email'),
    /** Codes that were tried. */
    tries: integer('tries').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    spentAt: integer('spent_at'),
    /** The request that tried or spent it last: sent again it has already won. */
    op: text('op'),
  },
  (table) => [
    index('mail_links_user_id')
      .on(table.userId)
      .where(sql`user_id IS NOT NULL`),
    index('mail_links_expires_at').on(table.expiresAt),
  ],
)
