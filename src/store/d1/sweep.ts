import { sql, type SQL } from 'drizzle-orm'
import { neededForNotice } from './logout-notices.ts'

/** Seconds for which a grant outlives its code and tokens: its row detects the replay of a code that KV may still return. */
export const GRANT_MARGIN = 120

/** How many grants of a client are examined each time tokens are issued. */
const SWEPT = 100

/** OAUTH_DELETE_EXPIRED: whenever tokens are issued, expired ones among the client's oldest grants are deleted. */
export function sweepExpired(clientId: string, now: number): SQL {
  // A client's own token has no code that could be replayed.
  const end = sql`CASE WHEN user_id IS NULL THEN ${now + 1} ELSE ${now - GRANT_MARGIN} END`
  return sql`DELETE FROM grants WHERE expires_at < ${end} AND NOT ${neededForNotice(now)}
    AND id IN (SELECT o.id FROM grants o WHERE o.client_id = ${clientId} ORDER BY o.id LIMIT ${SWEPT})`
}
