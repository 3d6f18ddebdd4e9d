import { sql, type SQL } from 'drizzle-orm'
import type { PasswordRefusal } from '../../concepts.ts'
import type { Refusal } from '../browse.ts'
import type { RequestMark } from '../records.ts'
import { countActivityStatement } from './activity.ts'
import type { AuditType } from './audit.ts'

/** The most refused requests that are kept for each client. */
const KEPT = 50

/**
 * Records a refusal once, even if the batch is sent again. Clients that do not exist share a bucket, so that nobody can fill
 * the table.
 */
export function refusalStatements(refusal: Refusal, { id, now }: RequestMark): SQL[] {
  const bucket = sql`COALESCE((SELECT c.client_id FROM clients c WHERE c.client_id = ${refusal.clientId}), '')`
  return [
    countActivityStatement(
      `${refusal.endpoint}_refused`,
      now,
      sql`NOT EXISTS (SELECT 1 FROM refusals WHERE id = ${id})`,
    ),
    sql`INSERT INTO refusals (id, at, client_id, endpoint, asked, error, rule)
      SELECT ${id}, ${now}, ${bucket}, ${refusal.endpoint}, ${refusal.asked}, ${refusal.error}, ${refusal.rule}
      WHERE true ON CONFLICT DO NOTHING`,
    sql`DELETE FROM refusals WHERE client_id = ${bucket} AND rowid <= (SELECT r.rowid FROM refusals r
      WHERE r.client_id = ${bucket} ORDER BY r.rowid DESC LIMIT 1 OFFSET ${KEPT})`,
  ]
}

const PASSWORD_EVENTS = {
  wrong_password: 'password_refused',
  unknown_user: 'password_refused',
  account_limit: 'account_limited',
  network_limit: 'network_limited',
} as const satisfies Record<PasswordRefusal['reason'], AuditType>

/** Writes an event about a refused password, unless the one for this `once` exists. */
export function passwordStatement(
  { clientId, reason, userId }: Pick<PasswordRefusal, 'reason' | 'userId' | 'clientId'>,
  once: string,
  { network, now }: RequestMark,
): SQL {
  const subject = reason === 'unknown_user' ? 'unknown user' : null
  return sql`INSERT INTO audit_events (id, at, type, actor, user_id, client_id, subject, network)
    VALUES (${once}, ${now}, ${PASSWORD_EVENTS[reason]}, NULL, ${userId}, ${clientId}, ${subject}, ${network})
    ON CONFLICT (id) DO NOTHING`
}
