import { sql, type SQL } from 'drizzle-orm'
import type { ImportedUser, ImportMode, ImportOutcome } from '../../import-store.ts'
import { importRecords, incoming } from './incoming.ts'

const FIELDS = [
  'id',
  'username',
  'usernameKey',
  'email',
  'emailKey',
  'passwordHash',
  'isStaff',
  'isActive',
  'profile',
  'createdAt',
  'lastSignInAt',
]

/** The user `u` has not signed in here yet: the hash is still another provider's. */
const unused = sql`u.password_hash NOT LIKE '$%'`

/** The incoming user `i` is not as the user `u`. One that was disabled here stays disabled. */
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
  const outcomes = sql`SELECT i.n AS n, CASE WHEN u.id IS NULL AND ${nameTaken} THEN 'taken' WHEN u.id IS NULL THEN 'created'
      WHEN NOT ${unused} THEN 'used' WHEN NOT ${differs} THEN 'same' WHEN ${nameTaken} THEN 'taken' ELSE 'updated' END AS outcome
    FROM ${records} i LEFT JOIN users u ON u.id = i.id`
  return importRecords(db, { count: users.length, what: 'users' }, outcomes, writes(records), mode)
}

/** The key of an email address goes last and by itself: the first who has it keeps it, and nobody fails for it. */
function writes(records: SQL): SQL[] {
  return [
    sql`INSERT INTO users (id, username, username_key, email, password_hash, password_changed_at, is_staff, is_active, profile,
        created_at, last_sign_in_at)
      SELECT i.id, i.username, i.usernameKey, i.email, i.passwordHash, i.createdAt, i.isStaff, i.isActive, i.profile,
        i.createdAt, i.lastSignInAt
      FROM ${records} i WHERE true ON CONFLICT DO NOTHING`,
    sql`UPDATE OR IGNORE users AS u SET username = i.username, username_key = i.usernameKey, email = i.email,
        email_key = CASE WHEN u.email IS i.email THEN u.email_key END, password_hash = i.passwordHash,
        is_active = min(u.is_active, i.isActive)
      FROM ${records} i WHERE u.id = i.id AND ${unused} AND ${differs}`,
    sql`UPDATE OR IGNORE users AS u SET email_key = i.emailKey
      FROM ${records} i WHERE u.id = i.id AND ${unused} AND u.email IS i.email AND u.email_key IS NOT i.emailKey`,
  ]
}
