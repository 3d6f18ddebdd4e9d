import { sql, type SQL } from 'drizzle-orm'
import type { Refusal } from '../../browse.ts'
import type { RequestMark } from '../../records.ts'
import { countActivityStatement } from '../activity.ts'

/** Refused requests that are kept for each client. */
const KEPT = 50

/** Notes a refusal once, however often it is sent. Clients that do not exist share a bucket, so nobody can fill the table. */
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
