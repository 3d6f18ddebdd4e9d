import { sql } from 'drizzle-orm'
import type { MailLinkStore, OtherWay } from '../../mail-links.ts'
import type { RequestMark } from '../../records.ts'
import { USER_COUNT } from '../../user-count.ts'
import { auditStatement } from '../audit.ts'
import { noticeStatement } from '../logout-notices.ts'
import { run } from '../run.ts'
import { recipientColumns, type RecipientRow, toRecipient } from './ask.ts'
import { endOtherWays, readOtherWays } from './other-ways.ts'
import { spendStatements, spentBy, standsOn } from './spend.ts'

/** See `MailLinkStore.readReset`. */
export async function readReset(
  db: D1Database,
  id: string,
  { now, secondFactor }: Parameters<MailLinkStore['readReset']>[1],
): ReturnType<MailLinkStore['readReset']> {
  const good = sql`l.id = ${id} AND l.kind = 'reset' AND l.spent_at IS NULL AND l.expires_at > ${now} AND ${standsOn}`
  const proved = sql`u.email_verified_at IS NOT NULL AND u.id = (SELECT l.user_id FROM mail_links l WHERE ${good})`
  const [rows, others] = await run<[RecipientRow, OtherWay]>(db, [
    sql`SELECT ${recipientColumns} FROM mail_links l JOIN users u ON u.id = l.user_id AND u.is_active = 1 WHERE ${good}`,
    readOtherWays(proved, secondFactor),
  ])
  const recipient = toRecipient(rows[0])
  return recipient && { ...recipient, others }
}

/**
 * See `MailLinkStore.resetPassword`. The user's own row comes last but one: once it holds the new hash, the batch sent again
 * ends no newer session.
 */
export async function resetPassword(
  db: D1Database,
  {
    deleteExpired,
    id,
    keeps,
    newHash,
    secondFactor,
    throttleKeys,
    userId,
  }: Parameters<MailLinkStore['resetPassword']>[0],
  request: RequestMark,
): Promise<boolean> {
  const { now } = request
  const changes = sql`u.id = ${userId} AND u.password_hash <> ${newHash} AND ${spentBy(id, request)}`
  const own = sql`user_id = (SELECT u.id FROM users u WHERE ${changes})`
  const unproved = sql`user_id = (SELECT u.id FROM users u WHERE ${changes} AND u.email_verified_at IS NULL)`
  const results = await run<{ spent: number }[]>(db, [
    ...spendStatements({ id, kind: 'reset', use: 'link' }, sql`u.id = ${userId} AND ${standsOn}`, request),
    auditStatement(
      { type: 'password_changed', actor: userId, userId },
      request,
      sql`FROM users u WHERE ${changes}`,
    ),
    noticeStatement(own, request),
    sql`UPDATE sessions SET revoked_at = ${now} WHERE ${own} AND revoked_at IS NULL`,
    sql`DELETE FROM remembered_browsers WHERE ${own}`,
    sql`UPDATE authorized_clients SET revoked_at = ${now} WHERE ${own} AND revoked_at IS NULL`,
    sql`UPDATE grants SET revoked_at = ${now}, revoke_reason = 'password_changed' WHERE ${own} AND revoked_at IS NULL`,
    ...(deleteExpired ? [sql`UPDATE grants SET access_expires_at = NULL WHERE ${own}`] : []),
    sql`UPDATE mail_links SET expires_at = ${now} WHERE ${own} AND spent_at IS NULL`,
    sql`DELETE FROM throttle WHERE key IN (${sql.join(
      [USER_COUNT + userId, ...throttleKeys].map((key) => sql`${key}`),
      sql`, `,
    )})
      AND EXISTS (SELECT 1 FROM users u WHERE ${changes})`,
    // Whoever created the account with an address that was never proved keeps no other way to sign in to it.
    sql`DELETE FROM passkeys WHERE ${unproved}`,
    sql`DELETE FROM linked_accounts WHERE ${unproved}`,
    ...endOtherWays(
      sql`${changes} AND u.email_verified_at IS NOT NULL`,
      secondFactor,
      keeps,
      userId,
      request,
    ),
    sql`UPDATE users AS u SET password_hash = ${newHash}, password_changed_at = ${now} WHERE ${changes}`,
    sql`SELECT ${spentBy(id, request)} AS spent`,
  ])
  return results.at(-1)?.[0]?.spent === 1
}
