import { sql, type SQL } from 'drizzle-orm'
import type { LinkUse, MailLinkKind } from '../../mail-links.ts'
import type { RequestMark } from '../../records.ts'

/** The most codes that may be tried for one mail. */
const MAX_TRIES = 5

/**
 * Returns the statements that spend a link, if it is valid; of concurrent requests one wins. A code is counted first, right
 * or wrong, and only a request that was counted may spend the link.
 * @param may what else must hold for the link `l` and
 * its user `u`
 */
export function spendStatements(
  { id, kind, use }: { readonly id: string; readonly kind: MailLinkKind; readonly use: LinkUse },
  may: SQL,
  request: RequestMark,
): SQL[] {
  const good = sql`id = ${id} AND kind = ${kind} AND spent_at IS NULL AND expires_at > ${request.now}`
  const counted = use === 'link' ? sql`1` : sql`op = ${request.id}`
  return [
    ...(use === 'link'
      ? []
      : [
          sql`UPDATE mail_links SET tries = tries + 1, op = ${request.id}
            WHERE ${good} AND tries < ${MAX_TRIES} AND op IS NOT ${request.id}`,
        ]),
    sql`UPDATE mail_links SET spent_at = ${request.now}, op = ${request.id}
      WHERE ${good} AND ${counted} AND ${use !== 'wrong code'} AND EXISTS (SELECT 1 FROM mail_links l
        JOIN users u ON u.id = l.user_id AND u.is_active = 1 WHERE l.id = ${id} AND ${may})`,
  ]
}

/** Condition: this request has spent a link, now or when first sent. */
export function spentBy(id: string, request: RequestMark): SQL {
  return sql`EXISTS (SELECT 1 FROM mail_links l WHERE l.id = ${id} AND l.spent_at IS NOT NULL AND l.op = ${request.id})`
}

/**
 * Condition: a link for a password or a sign-in is valid only while the address is the user's, and the password is not newer
 * than the link.
 */
export const standsOn = sql`u.email IS l.email AND u.password_changed_at <= l.created_at`
