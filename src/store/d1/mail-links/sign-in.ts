import { sql } from 'drizzle-orm'
import type { MailLinkStore } from '../../mail-links.ts'
import type { RequestMark } from '../../records.ts'
import { auditStatement } from '../audit.ts'
import { columnsOf, run } from '../run.ts'
import { insertSession } from '../sessions.ts'
import { endSignIns } from '../user-endings.ts'
import { hasPassword } from '../ways-in.ts'
import { spendStatements, spentBy, standsOn } from './spend.ts'

/** See `MailLinkStore.signInByMail`. */
export async function signInByMail(
  db: D1Database,
  { id, kind, session, use }: Parameters<MailLinkStore['signInByMail']>[0],
  request: RequestMark,
): ReturnType<MailLinkStore['signInByMail']> {
  const spent = spentBy(id, request)
  const userId = sql`(SELECT l.user_id FROM mail_links l WHERE l.id = ${id})`
  // Once the session exists, the batch sent again does not end it.
  const unproved = sql`u.id = ${userId} AND u.email_verified_at IS NULL AND ${spent}
    AND NOT EXISTS (SELECT 1 FROM sessions n WHERE n.id = ${session.id})`
  const owned = sql`user_id = (SELECT u.id FROM users u WHERE ${unproved})`
  const results = await run<{ id: string; username: string; email: string | null; proved: number }[]>(db, [
    ...spendStatements({ id, kind, use }, standsOn, request),
    // Whoever created the account with an address that was never proved keeps no other way to sign in to it.
    auditStatement(
      { type: 'password_removed', actor: userId, userId },
      request,
      sql`FROM users u WHERE ${unproved} AND ${hasPassword}`,
    ),
    ...endSignIns(unproved, 'password_changed', request),
    sql`DELETE FROM passkeys WHERE ${owned}`,
    sql`DELETE FROM linked_accounts WHERE ${owned}`,
    sql`UPDATE users AS u SET password_hash = '!' WHERE ${unproved}`,
    ...insertSession({ ...session, userId }, spent, request),
    sql`UPDATE users SET last_sign_in_at = ${request.now} WHERE id = ${userId} AND ${spent}`,
    auditStatement(
      { type: 'signed_in', actor: userId, userId, subject: session.id },
      request,
      sql`FROM sessions WHERE id = ${session.id}`,
    ),
    sql`SELECT ${columnsOf('u', 'id username email')}, u.email_verified_at IS NOT NULL AS proved
      FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ${session.id} AND s.revoked_at IS NULL`,
  ])
  const user = results.at(-1)?.[0]
  if (!user) return null
  return { userId: user.id, username: user.username, email: user.email ?? '', isVerified: user.proved === 1 }
}
