import { sql, type SQL } from 'drizzle-orm'
import type { NewUser, OperatorMark, UserAdmin, UserRecord } from '../../admin-store.ts'
import { USER_COUNT } from '../../user-count.ts'
import { auditStatement, auditWritten } from '../audit.ts'
import { hasAddress } from '../email-keys.ts'
import { noticeStatement } from '../logout-notices.ts'
import { patchedProfile } from '../profile.ts'
import { columnsOf, run } from '../run.ts'
import { removeSecondFactorStatements } from '../second-factor.ts'
import { deleteUserStatements, endSignIns } from '../user-endings.ts'

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

const userColumns = columnsOf(
  'u',
  `id username username_key email is_staff is_active created_at
  password_changed_at last_sign_in_at`,
)

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
    async startRecovery(usernameKey, link, mark) {
      const rows = (await run<{ written: number }[]>(db, recoveryStatements(usernameKey, link, mark))).at(-1)
      return rows?.[0]?.written === 1
    },
    setUserActive: (usernameKey, active, mark) =>
      writeAndRead(usernameKey, activeStatements(usernameKey, active, mark)),
    async updateUser(usernameKey, change, mark) {
      const rows = (await run<UserRow[]>(db, updateStatements(usernameKey, change, mark))).at(-1)
      if (!rows?.[0]) return null
      return rows[0].email === change.email ? toUser(rows[0]) : 'email taken'
    },
    async deleteUser(usernameKey, mark) {
      const rows = (
        await run<{ written: number }[]>(db, deleteUserStatements(sql`u.username_key = ${usernameKey}`, mark))
      ).at(-1)
      return rows?.[0]?.written === 1
    },
    async removeSecondFactor(usernameKey, mark) {
      const chosen = sql`u.username_key = ${usernameKey}`
      const id = sql`(SELECT u.id FROM users u WHERE ${chosen})`
      const results = await run<{ written: number }[]>(db, [
        ...removeSecondFactorStatements(id, mark),
        ...endSignIns(
          sql`${chosen} AND ${auditWritten('second_factor_removed', mark)}`,
          'second_factor_removed',
          mark,
        ),
        sql`SELECT ${auditWritten('second_factor_removed', mark)} AS written`,
      ])
      return results.at(-1)?.[0]?.written === 1
    },
    async unlinkAccounts(usernameKey, mark) {
      const chosen = sql`u.username_key = ${usernameKey} AND EXISTS (SELECT 1 FROM linked_accounts l WHERE l.user_id = u.id)`
      const results = await run<{ written: number }[]>(db, [
        auditStatement(
          { type: 'account_unlinked', actor: mark.actor, userId: sql`u.id` },
          mark,
          sql`FROM users u WHERE ${chosen}`,
        ),
        ...endSignIns(chosen, 'operator', mark),
        deleteLinks(chosen),
        sql`SELECT ${auditWritten('account_unlinked', mark)} AS written`,
      ])
      return results.at(-1)?.[0]?.written === 1
    },
  }
}

/** The event comes first and decides: the request that writes it creates the user, and finds it when sent again. */
function createStatements(user: NewUser, mark: OperatorMark): SQL[] {
  const { emailKey, id, usernameKey } = user
  return [
    auditStatement(
      { type: 'user_created', actor: mark.actor, userId: id },
      mark,
      sql`WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.username_key = ${usernameKey} OR ${hasAddress(sql`u`, user)})`,
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

/** @param which a condition on the user `u` */
function deleteLinks(which: SQL): SQL {
  return sql`DELETE FROM linked_accounts WHERE user_id = (SELECT u.id FROM users u WHERE ${which})`
}

/** The user's own row comes last: once it holds the new hash, the batch sent again ends no newer session. */
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
    deleteLinks(changes),
    sql`DELETE FROM throttle WHERE key IN (SELECT ${throttleKey} FROM users u WHERE ${changes}
      UNION ALL SELECT ${USER_COUNT} || u.id FROM users u WHERE ${changes})`,
    sql`UPDATE users AS u SET password_hash = ${passwordHash}, password_changed_at = ${mark.now} WHERE ${changes}`,
  ]
}

function recoveryStatements(
  usernameKey: string,
  { expiresAt, id }: Parameters<UserAdmin['startRecovery']>[1],
  mark: OperatorMark,
): SQL[] {
  const whose = sql`u.username_key = ${usernameKey} AND u.is_active = 1`
  return [
    auditStatement(
      { type: 'recovery_started', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE ${whose}`,
    ),
    sql`INSERT INTO mail_links (id, kind, user_id, email, created_at, expires_at)
      SELECT ${id}, 'reset', u.id, u.email, ${mark.now}, ${expiresAt} FROM users u WHERE ${whose} ON CONFLICT DO NOTHING`,
    sql`SELECT ${auditWritten('recovery_started', mark)} AS written`,
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

/**
 * If another user has the address, nothing changes, as the row that is read last shows. An unchanged address does not become
 * verified: the person who typed it at sign-up has not proved to receive its mail.
 */
function updateStatements(
  usernameKey: string,
  { email, emailKey, isStaff, profile = {} }: Parameters<UserAdmin['updateUser']>[1],
  mark: OperatorMark,
): SQL[] {
  const patched = patchedProfile(profile)
  const changes = sql`u.username_key = ${usernameKey} AND (u.email IS NOT ${email} OR u.is_staff <> ${isStaff}
      OR u.profile <> ${patched})
    AND (u.email IS ${email} OR NOT EXISTS (SELECT 1 FROM users o
      WHERE ${hasAddress(sql`o`, { email, emailKey })} AND o.username_key <> ${usernameKey}))`
  const demoted = sql`${!isStaff} AND user_id = (SELECT u.id FROM users u WHERE ${changes} AND u.is_staff = 1)`
  return [
    auditStatement(
      { type: 'user_updated', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE ${changes}`,
    ),
    noticeStatement(demoted, mark),
    sql`UPDATE sessions SET revoked_at = ${mark.now} WHERE revoked_at IS NULL AND ${demoted}`,
    sql`UPDATE users AS u SET email = ${email},
      email_key = CASE WHEN u.email IS ${email} THEN u.email_key ELSE ${emailKey} END, is_staff = ${isStaff},
      email_verified_at = CASE WHEN u.email IS ${email} THEN u.email_verified_at END,
      profile_updated_at = CASE WHEN u.email IS ${email} AND u.profile = ${patched} THEN u.profile_updated_at
        ELSE ${mark.now} END, profile = ${patched},
      staff_since = CASE WHEN NOT ${isStaff} THEN NULL WHEN u.is_staff = 1 THEN u.staff_since ELSE ${mark.now} END WHERE ${changes}`,
    readByKey(usernameKey),
  ]
}
