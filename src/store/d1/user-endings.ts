import { sql, type SQL } from 'drizzle-orm'
import type { RequestMark } from '../records.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { noticeStatement } from './logout-notices.ts'
import { secondFactorDeletions } from './second-factor.ts'

/** Ends a user's sessions and consents and revokes the grants, and with them all tokens; applications must ask again. */
export function endSignIns(user: SQL, reason: string, mark: RequestMark): SQL[] {
  const { now } = mark
  const id = sql`(SELECT u.id FROM users u WHERE ${user})`
  return [
    noticeStatement(sql`user_id = ${id}`, mark),
    sql`DELETE FROM remembered_browsers WHERE user_id = ${id}`,
    sql`UPDATE sessions SET revoked_at = ${now} WHERE user_id = ${id} AND revoked_at IS NULL`,
    sql`UPDATE authorized_clients SET revoked_at = ${now} WHERE user_id = ${id} AND revoked_at IS NULL`,
    sql`UPDATE grants SET revoked_at = ${now}, revoke_reason = ${reason} WHERE user_id = ${id} AND revoked_at IS NULL`,
  ]
}

/**
 * Deletes a user with all their data, children first, as foreign keys are NO ACTION. The last statement shows whether this
 * request did it.
 * @param which a condition on the user `u`, which holds until its row is gone
 */
export function deleteUserStatements(which: SQL, mark: RequestMark & { readonly actor: string }): SQL[] {
  const id = sql`(SELECT u.id FROM users u WHERE ${which})`
  return [
    auditStatement(
      { type: 'user_deleted', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE ${which}`,
    ),
    noticeStatement(sql`user_id = ${id}`, mark),
    sql`DELETE FROM grants WHERE user_id = ${id}`,
    sql`DELETE FROM authorized_clients WHERE user_id = ${id}`,
    sql`DELETE FROM sessions WHERE user_id = ${id}`,
    sql`DELETE FROM mail_links WHERE user_id = ${id}`,
    sql`DELETE FROM passkeys WHERE user_id = ${id}`,
    sql`DELETE FROM linked_accounts WHERE user_id = ${id}`,
    ...secondFactorDeletions(id),
    sql`UPDATE clients SET owner_id = NULL WHERE owner_id = ${id}`,
    sql`DELETE FROM users AS u WHERE ${which}`,
    sql`SELECT ${auditWritten('user_deleted', mark)} AS written`,
  ]
}
