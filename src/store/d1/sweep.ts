import { sql, type SQL } from 'drizzle-orm'
import { neededForNotice } from './logout-notices.ts'

/** Seconds that a grant outlives its code and tokens: its row knows the replay of a code that KV may still show. */
export const GRANT_MARGIN = 120

/** Grants of a client that one issuing looks through. */
const SWEPT = 100

/** OAUTH_DELETE_EXPIRED: each issuing takes away what has expired among the oldest grants of its client. */
export function sweepExpired(clientId: string, now: number): SQL {
  // A client's own token has no code that could come again.
  const end = sql`CASE WHEN user_id IS NULL THEN ${now + 1} ELSE ${now - GRANT_MARGIN} END`
  return sql`DELETE FROM grants WHERE expires_at < ${end} AND NOT ${neededForNotice(now)}
    AND id IN (SELECT o.id FROM grants o WHERE o.client_id = ${clientId} ORDER BY o.id LIMIT ${SWEPT})`
}
