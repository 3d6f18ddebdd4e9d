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
    /** When another provider authenticated the user, 0 if it does not say; null where the user was authenticated here since. */
    vouchedAt: integer('vouched_at'),
    /** How the user was authenticated: names of RFC 8176, separated by spaces; null of a password before this was kept. */
    amr: text('amr'),
    /** When the second factor was given, in this sign-in or in this browser before; null while it was not. */
    secondFactorAt: integer('second_factor_at'),
    lastSeenAt: integer('last_seen_at').notNull(),
    /** The absolute limit; the idle limit counts from `last_seen_at`. */
    expiresAt: integer('expires_at').notNull(),
    userAgent: text('user_agent').notNull().default(''),
    network: text('network'),
    /** City and country of the network, as the edge knows them; null if it does not. */
    place: text('place'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('sessions_user_id').on(table.userId), index('sessions_expires_at').on(table.expiresAt)],
)
