import { sql, type SQL } from 'drizzle-orm'
import type { ImportedUser, ImportMode, ImportOutcome } from '../../import-store.ts'
import { hasAddress } from '../email-keys.ts'
import { importRecords, incoming } from './incoming.ts'
import { rememberUsers, wasBrought } from './records.ts'

const FIELDS = [
  'id',
  'nameId',
  'username',
  'usernameKey',
  'usernameSkeleton',
  'email',
  'emailKey',
  'passwordHash',
  'isStaff',
  'isActive',
  'profile',
  'createdAt',
  'lastSignInAt',
]

/** Condition: the user `u` has not signed in here yet, as the hash is still another provider's. */
const unused = sql`u.password_hash NOT LIKE '$%'`

/** Condition: the incoming user `i` differs from the user `u`. A user who was disabled here stays disabled. */
const differs = sql`(u.username IS NOT i.username OR u.email IS NOT i.email OR u.password_hash IS NOT i.passwordHash
  OR u.is_active > i.isActive)`

const nameTaken = sql`EXISTS (SELECT 1 FROM users x WHERE x.username_key = i.usernameKey AND x.id <> i.id)`

/** See `ImportStore.importUsers`. */
export async function importUsers(
  db: D1Database,
  users: readonly ImportedUser[],
  mode: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const records = incoming(users, FIELDS)
  const deleted = mode.restore ? sql`false` : wasBrought(sql`i.id`)
  const outcomes = sql`SELECT i.n AS n, CASE WHEN u.id IS NULL AND ${deleted} THEN 'deleted'
      WHEN u.id IS NULL AND ${nameTaken} THEN 'taken' WHEN u.id IS NULL THEN 'created'
      WHEN NOT ${unused} THEN 'used' WHEN NOT ${differs} THEN 'same' WHEN ${nameTaken} THEN 'taken' ELSE 'updated' END AS outcome
    FROM ${records} i LEFT JOIN users u ON u.id = i.id`
  return importRecords(
    db,
    { count: users.length, what: 'users' },
    outcomes,
    [...writes(records, deleted, mode.mark.now), ...rememberUsers(records)],
    mode,
  )
}

/**
 * An email address that another user has, here or earlier in the batch, is saved without its key. Updates start from the
 * records, as SQLite would scan all users in an UPDATE with FROM.
 */
function writes(records: SQL, deleted: SQL, now: number): SQL[] {
  const emailFree = sql`NOT EXISTS (SELECT 1 FROM users x WHERE ${hasAddress(sql`x`, { email: sql`i.email`, emailKey: sql`i.emailKey` })} AND x.id <> i.id)`
  return [
    sql`INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, password_hash, password_changed_at, is_staff, staff_since,
        is_active, profile, created_at, last_sign_in_at)
      SELECT i.id, i.username, i.usernameKey, i.usernameSkeleton, i.email,
        CASE WHEN ${emailFree} AND row_number() OVER (PARTITION BY i.emailKey ORDER BY i.n) = 1 THEN i.emailKey END,
        i.passwordHash, i.createdAt, i.isStaff, CASE WHEN i.isStaff THEN ${now} END,
        i.isActive, i.profile, i.createdAt, i.lastSignInAt
      FROM ${records} i WHERE NOT ${deleted} ORDER BY i.n ON CONFLICT DO NOTHING`,
    sql`UPDATE OR IGNORE users AS u SET (username, username_key, username_skeleton, email, email_key, email_verified_at, password_hash, is_active) =
        (SELECT i.username, i.usernameKey, i.usernameSkeleton, i.email, CASE WHEN ${emailFree} THEN i.emailKey END,
          CASE WHEN u.email IS i.email THEN u.email_verified_at END, i.passwordHash,
          min(u.is_active, i.isActive) FROM ${records} i WHERE i.id = u.id)
      WHERE u.id IN (SELECT i.id FROM ${records} i CROSS JOIN users u ON u.id = i.id WHERE ${unused} AND ${differs})`,
  ]
}
