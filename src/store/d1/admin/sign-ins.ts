import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark, SignInAdmin } from '../../admin-store.ts'
import { auditStatement, auditSubject, auditWritten } from '../audit.ts'
import { noticeStatement } from '../logout-notices.ts'
import { run } from '../run.ts'

/** See `SignInAdmin`. */
export function signInAdmin(db: D1Database): SignInAdmin {
  const written = async (statements: readonly SQL[]): Promise<boolean> =>
    (await run<{ written: number }[]>(db, statements)).at(-1)?.[0]?.written === 1
  return {
    endSession: (id, mark) => written(endSessionStatements(id, mark)),
    async endUserSessions(userId, mark) {
      const rows = (await run<{ ended: string | null }[]>(db, endUserStatements(userId, mark))).at(-1)
      return Number(rows?.[0]?.ended ?? 0)
    },
    withdrawConsent: (id, mark) => written(withdrawStatements(id, mark)),
  }
}

function endSessionStatements(id: string, mark: OperatorMark): SQL[] {
  const lives = sql`s.id = ${id} AND s.revoked_at IS NULL AND s.expires_at > ${mark.now}`
  return [
    auditStatement(
      { type: 'session_ended', actor: mark.actor, userId: sql`s.user_id`, subject: id },
      mark,
      sql`FROM sessions s WHERE ${lives}`,
    ),
    noticeStatement(lives, mark),
    sql`UPDATE sessions AS s SET revoked_at = ${mark.now} WHERE ${lives}`,
    sql`SELECT ${auditWritten('session_ended', mark)} AS written`,
  ]
}

/** Counts, then ends the sessions; the event keeps the number in case the batch is sent again. */
function endUserStatements(userId: string, mark: OperatorMark): SQL[] {
  const lives = sql`s.user_id = ${userId} AND s.revoked_at IS NULL AND s.expires_at > ${mark.now}`
  return [
    auditStatement(
      { type: 'sessions_ended', actor: mark.actor, userId, subject: sql`CAST(n.sessions AS text)` },
      mark,
      sql`FROM (SELECT count(*) AS sessions FROM sessions s WHERE ${lives}) n WHERE n.sessions > 0`,
    ),
    noticeStatement(lives, mark),
    sql`UPDATE sessions AS s SET revoked_at = ${mark.now} WHERE ${lives}`,
    sql`SELECT ${auditSubject('sessions_ended', mark)} AS ended`,
  ]
}

/** Ends the consent last, as the statements for its grants check whether it is valid. */
function withdrawStatements(id: string, mark: OperatorMark): SQL[] {
  const lives = sql`a.id = ${id} AND a.revoked_at IS NULL`
  return [
    auditStatement(
      {
        type: 'consent_withdrawn',
        actor: mark.actor,
        userId: sql`a.user_id`,
        clientId: sql`a.client_id`,
        subject: id,
      },
      mark,
      sql`FROM authorized_clients a WHERE ${lives}`,
    ),
    sql`UPDATE grants SET revoked_at = ${mark.now}, revoke_reason = 'operator' WHERE revoked_at IS NULL
      AND (user_id, client_id) = (SELECT a.user_id, a.client_id FROM authorized_clients a WHERE ${lives})`,
    sql`UPDATE authorized_clients AS a SET revoked_at = ${mark.now} WHERE ${lives}`,
    sql`SELECT ${auditWritten('consent_withdrawn', mark)} AS written`,
  ]
}
