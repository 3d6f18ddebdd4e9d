import { sql, type SQL } from 'drizzle-orm'
import type { NewUser, OperatorMark, UserAdmin, UserRecord } from '../../admin-store.ts'
import { auditStatement, auditWritten } from '../audit.ts'
import { noticeStatement } from '../logout-notices.ts'
import { patchedProfile } from '../profile.ts'
import { run } from '../run.ts'

interface UserRow {
  readonly id: string
  readonly username: string
  readonly username_key: string
  readonly email: string | null
  readonly is_staff: number
  readonly is_active: number
  readonly created_at: number
  readonly password_changed_at: number
  readonly last_sign_in_at: number | null
}

const userColumns = sql`u.id AS id, u.username AS username, u.username_key AS username_key, u.email AS email, u.is_staff AS is_staff,
  u.is_active AS is_active, u.created_at AS created_at, u.password_changed_at AS password_changed_at,
  u.last_sign_in_at AS last_sign_in_at`

function toUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    username: row.username,
    usernameKey: row.username_key,
    email: row.email,
    isStaff: row.is_staff === 1,
    isActive: row.is_active === 1,
    createdAt: row.created_at,
    passwordChangedAt: row.password_changed_at,
    lastSignInAt: row.last_sign_in_at,
  }
}

const readByKey = (usernameKey: string): SQL =>
  sql`SELECT ${userColumns} FROM users u WHERE u.username_key = ${usernameKey}`

/** See `UserAdmin`. */
export function userAdmin(db: D1Database): UserAdmin {
  const writeAndRead = async (
    usernameKey: string,
    statements: readonly SQL[],
  ): Promise<UserRecord | null> => {
    const row = (await run<UserRow[]>(db, [...statements, readByKey(usernameKey)])).at(-1)?.[0]
    return row ? toUser(row) : null
  }
  return {
    async createUser(user, mark) {
      const [, , rows, names] = await run<[never, never, UserRow, object]>(db, createStatements(user, mark))
      if (rows[0]) return toUser(rows[0])
      return names.length > 0 ? 'username taken' : 'email taken'
    },
    readUser: (usernameKey) => writeAndRead(usernameKey, []),
    setPassword: (usernameKey, passwordHash, throttleKey, mark) =>
      writeAndRead(usernameKey, passwordStatements(usernameKey, passwordHash, throttleKey, mark)),
    setUserActive: (usernameKey, active, mark) =>
      writeAndRead(usernameKey, activeStatements(usernameKey, active, mark)),
    async updateUser(usernameKey, change, mark) {
      const rows = (await run<UserRow[]>(db, updateStatements(usernameKey, change, mark))).at(-1)
      if (!rows?.[0]) return null
      return rows[0].email === change.email ? toUser(rows[0]) : 'email taken'
    },
    async deleteUser(usernameKey, mark) {
      const rows = (await run<{ written: number }[]>(db, deleteStatements(usernameKey, mark))).at(-1)
      return rows?.[0]?.written === 1
    },
    async listWithoutSkeleton(limit) {
      const [rows] = await run<[{ id: string; username: string }]>(db, [
        sql`SELECT id, username FROM users WHERE username_skeleton IS NULL LIMIT ${limit}`,
      ])
      return rows
    },
    async saveSkeletons(skeletons) {
      const given = sql`json_each(${JSON.stringify(skeletons)})`
      await run(db, [
        sql`UPDATE users SET username_skeleton = s.value ->> 'skeleton' FROM ${given} s
          WHERE users.id = s.value ->> 'id' AND users.username_skeleton IS NULL`,
      ])
    },
  }
}

/** The event goes first and decides: whoever writes it makes the user, and the request sent again finds it. */
function createStatements(user: NewUser, mark: OperatorMark): SQL[] {
  const { emailKey, id, usernameKey } = user
  return [
    auditStatement(
      { type: 'user_created', actor: mark.actor, userId: id },
      mark,
      sql`WHERE NOT EXISTS (SELECT 1 FROM users WHERE username_key = ${usernameKey} OR email_key = ${emailKey})`,
    ),
    sql`INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, password_hash,
        password_changed_at, is_staff, staff_since, created_at)
      SELECT ${id}, ${user.username}, ${usernameKey}, ${user.usernameSkeleton}, ${user.email}, ${emailKey}, ${user.passwordHash}, ${mark.now},
        ${user.isStaff}, ${user.isStaff ? mark.now : null}, ${mark.now}
      WHERE ${auditWritten('user_created', mark)} ON CONFLICT DO NOTHING`,
    sql`SELECT ${userColumns} FROM users u WHERE u.id = ${id}`,
    sql`SELECT 1 AS taken FROM users WHERE username_key = ${usernameKey}`,
  ]
}

/** The user's own row goes last: once it holds the new hash, the batch sent again ends no session begun since. */
function passwordStatements(
  usernameKey: string,
  passwordHash: string,
  throttleKey: string | null,
  mark: OperatorMark,
): SQL[] {
  const changes = sql`u.username_key = ${usernameKey} AND u.password_hash <> ${passwordHash}`
  return [
    auditStatement(
      { type: 'password_changed', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE ${changes}`,
    ),
    ...endSignIns(changes, 'password_changed', mark),
    sql`DELETE FROM throttle WHERE key = ${throttleKey} AND EXISTS (SELECT 1 FROM users u WHERE ${changes})`,
    sql`UPDATE users AS u SET password_hash = ${passwordHash}, password_changed_at = ${mark.now} WHERE ${changes}`,
  ]
}

function activeStatements(usernameKey: string, active: boolean, mark: OperatorMark): SQL[] {
  const changes = sql`u.username_key = ${usernameKey} AND u.is_active <> ${active}`
  return [
    auditStatement(
      { type: active ? 'user_enabled' : 'user_disabled', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE ${changes}`,
    ),
    ...(active ? [] : endSignIns(changes, 'user_disabled', mark)),
    sql`UPDATE users AS u SET is_active = ${active},
        codes_after = CASE WHEN ${active} THEN codes_after ELSE ${mark.now} END WHERE ${changes}`,
  ]
}

/** An address that another user has changes nothing: the row that is read last tells. */
function updateStatements(
  usernameKey: string,
  { email, emailKey, isStaff, profile = {} }: Parameters<UserAdmin['updateUser']>[1],
  mark: OperatorMark,
): SQL[] {
  const patched = patchedProfile(profile)
  const changes = sql`u.username_key = ${usernameKey} AND (u.email IS NOT ${email} OR u.is_staff <> ${isStaff}
      OR u.profile <> ${patched})
    AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = ${emailKey} AND o.username_key <> ${usernameKey})`
  const demoted = sql`${!isStaff} AND user_id = (SELECT u.id FROM users u WHERE ${changes} AND u.is_staff = 1)`
  return [
    auditStatement(
      { type: 'user_updated', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE ${changes}`,
    ),
    noticeStatement(demoted, mark),
    sql`UPDATE sessions SET revoked_at = ${mark.now} WHERE revoked_at IS NULL AND ${demoted}`,
    sql`UPDATE users AS u SET email = ${email}, email_key = ${emailKey}, is_staff = ${isStaff},
      email_verified_at = CASE WHEN u.email IS ${email} THEN u.email_verified_at END,
      profile_updated_at = CASE WHEN u.email IS ${email} AND u.profile = ${patched} THEN u.profile_updated_at
        ELSE ${mark.now} END, profile = ${patched},
      staff_since = CASE WHEN NOT ${isStaff} THEN NULL WHEN u.is_staff = 1 THEN u.staff_since ELSE ${mark.now} END WHERE ${changes}`,
    readByKey(usernameKey),
  ]
}

/** Ends the sessions and consents and revokes the grants of a user; all tokens belong to these, and applications ask again. */
function endSignIns(user: SQL, reason: string, mark: OperatorMark): SQL[] {
  const { now } = mark
  const id = sql`(SELECT u.id FROM users u WHERE ${user})`
  return [
    noticeStatement(sql`user_id = ${id}`, mark),
    sql`UPDATE sessions SET revoked_at = ${now} WHERE user_id = ${id} AND revoked_at IS NULL`,
    sql`UPDATE authorized_clients SET revoked_at = ${now} WHERE user_id = ${id} AND revoked_at IS NULL`,
    sql`UPDATE grants SET revoked_at = ${now}, revoke_reason = ${reason} WHERE user_id = ${id} AND revoked_at IS NULL`,
  ]
}

/** Children first: foreign keys are NO ACTION. */
function deleteStatements(usernameKey: string, mark: OperatorMark): SQL[] {
  const id = sql`(SELECT u.id FROM users u WHERE u.username_key = ${usernameKey})`
  return [
    auditStatement(
      { type: 'user_deleted', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE u.username_key = ${usernameKey}`,
    ),
    noticeStatement(sql`user_id = ${id}`, mark),
    sql`DELETE FROM grants WHERE user_id = ${id}`,
    sql`DELETE FROM authorized_clients WHERE user_id = ${id}`,
    sql`DELETE FROM sessions WHERE user_id = ${id}`,
    sql`UPDATE clients SET owner_id = NULL WHERE owner_id = ${id}`,
    sql`DELETE FROM users WHERE username_key = ${usernameKey}`,
    sql`SELECT ${auditWritten('user_deleted', mark)} AS written`,
  ]
}
