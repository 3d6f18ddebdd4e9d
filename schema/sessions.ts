import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Sign-ins, one per browser. In D1, so that signing out is immediate everywhere. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    authTime: integer('auth_time').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    /** The absolute limit; the idle limit counts from `last_seen_at`. */
    expiresAt: integer('expires_at').notNull(),
    userAgent: text('user_agent').notNull().default(''),
    network: text('network'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('sessions_user_id').on(table.userId), index('sessions_expires_at').on(table.expiresAt)],
)
