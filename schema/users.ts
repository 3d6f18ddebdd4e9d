import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** People who sign in. The `…_key` columns hold the normalised form that names are compared by. */
export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    username: text('username').notNull(),
    usernameKey: text('username_key').notNull().unique(),
    /** What the name looks like; null until the next run of the cron trigger, for users who were imported. */
    usernameSkeleton: text('username_skeleton'),
    email: text('email'),
    emailKey: text('email_key').unique(),
    /** When the person proved to own the address; null while nobody did. */
    emailVerifiedAt: integer('email_verified_at'),
    /** A PHC string; never a password. */
    passwordHash: text('password_hash').notNull(),
    passwordChangedAt: integer('password_changed_at').notNull(),
    isStaff: integer('is_staff', { mode: 'boolean' }).notNull().default(false),
    /** When the user became staff; null for others, and for those who were staff before this was kept. */
    staffSince: integer('staff_since'),
    isActive: integer('is_active', { mode: 'boolean' }).notNull().default(true),
    /** Further claims about the person, as a JSON object. */
    profile: text('profile').notNull().default('{}'),
    /** When the profile changed last; null while it never did. */
    profileUpdatedAt: integer('profile_updated_at'),
    /** Since when the person has one-time codes; null of everybody else. */
    secondFactorAt: integer('second_factor_at'),
    /** When the person wanted no passkey that was offered. */
    passkeysDeclinedAt: integer('passkeys_declined_at'),
    /** When the cron trigger deletes the user, who asked for that and has not signed in since; null of everybody else. */
    deletionAt: integer('deletion_at'),
    createdAt: integer('created_at').notNull(),
    lastSignInAt: integer('last_sign_in_at'),
    /** Codes that were given in this second or before are dead: the user was disabled in it. */
    codesAfter: integer('codes_after'),
  },
  (table) => [
    // Not unique: staff may make two names that look alike, and there may be some already.
    index('users_username_skeleton').on(table.usernameSkeleton),
    index('users_staff')
      .on(table.usernameKey)
      .where(sql`is_staff = 1`),
    index('users_deletion_at')
      .on(table.deletionAt)
      .where(sql`deletion_at IS NOT NULL`),
    index('users_disabled')
      .on(table.usernameKey)
      .where(sql`is_active = 0`),
  ],
)
