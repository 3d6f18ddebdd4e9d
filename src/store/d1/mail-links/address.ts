import { sql } from 'drizzle-orm'
import type { AddressRecords, MailLinkStore } from '../../mail-links.ts'
import type { RequestMark, SessionRule } from '../../records.ts'
import { auditStatement } from '../audit.ts'
import { hasAddress } from '../email-keys.ts'
import { columnsOf, run } from '../run.ts'
import { liveSession, type SessionRow, toSession } from '../sessions.ts'
import { spendStatements, spentBy } from './spend.ts'

interface LinkRow {
  readonly id: string
  readonly email: string
  readonly expires_at: number
}

/** See `MailLinkStore.readAddress`. */
export async function readAddress(
  db: D1Database,
  sessionId: string,
  linkId: string | null,
  rule: SessionRule,
): Promise<AddressRecords> {
  const live = liveSession(sessionId, rule)
  const userId = sql`(SELECT s.user_id FROM (${live}) s)`
  const [sessions, users, links] = await run<[SessionRow, { verified: number }, LinkRow]>(db, [
    live,
    sql`SELECT u.email_verified_at IS NOT NULL AS verified FROM users u WHERE u.id = ${userId}`,
    sql`SELECT ${columnsOf('l', 'id email expires_at')} FROM mail_links l
      WHERE l.user_id = ${userId} AND l.kind = 'verify' AND l.spent_at IS NULL AND l.expires_at > ${rule.now}
        AND ${linkId === null ? sql`1` : sql`l.id = ${linkId}`} ORDER BY l.created_at DESC, l.rowid DESC LIMIT 1`,
  ])
  const [link] = links
  return {
    session: toSession(sessions[0]),
    isVerified: users[0]?.verified === 1,
    link: link ? { id: link.id, email: link.email, expiresAt: link.expires_at } : null,
  }
}

/** See `MailLinkStore.verifyAddress`. */
export async function verifyAddress(
  db: D1Database,
  { email, emailKey, id, use, userId }: Parameters<MailLinkStore['verifyAddress']>[0],
  request: RequestMark,
): Promise<'verified' | 'taken' | 'gone'> {
  const others = sql`${hasAddress(sql`o`, { email, emailKey })} AND o.id <> ${userId}`
  const taken = sql`EXISTS (SELECT 1 FROM users o WHERE ${others} AND o.email_verified_at IS NOT NULL)`
  const may = sql`${spentBy(id, request)} AND NOT ${taken}`
  const changes = sql`u.id = ${userId} AND ${may}
    AND (u.email IS NOT ${email} OR u.email_key IS NOT ${emailKey} OR u.email_verified_at IS NULL)`
  const results = await run<{ spent: number; taken: number }[]>(db, [
    ...spendStatements(
      { id, kind: 'verify', use },
      sql`l.user_id = ${userId} AND l.email = ${email} AND NOT ${taken}`,
      request,
    ),
    auditStatement(
      { type: 'email_verified', actor: userId, userId },
      request,
      sql`FROM users u WHERE ${changes}`,
    ),
    // A user who was merely given the address, by staff or an import, keeps it, but it no longer identifies that user.
    sql`UPDATE users AS o SET email_key = NULL WHERE ${others} AND ${may}`,
    sql`UPDATE users AS u SET email = ${email}, email_key = ${emailKey}, email_verified_at = ${request.now},
      profile_updated_at = ${request.now} WHERE ${changes}`,
    sql`SELECT ${may} AS spent, ${taken} AS taken`,
  ])
  const answer = results.at(-1)?.[0]
  if (answer?.spent === 1) return 'verified'
  return answer?.taken === 1 && use !== 'wrong code' ? 'taken' : 'gone'
}
