import { sql } from 'drizzle-orm'
import type { PurgeCounts } from '../../admin-store.ts'
import { run } from '../run.ts'

/** Seconds that a grant outlives its tokens: its row knows the replay of a code that KV may still show. */
const GRANT_MARGIN = 120

/**
 * See `TokenAdmin.purge`. Access tokens go first, then the grants that no token hangs from any more. Whatever is revoked
 * stays until it would have expired: that is what an index finds, and what a list can still tell.
 */
export async function purge(db: D1Database, limit: number, now: number): Promise<PurgeCounts> {
  const [accessTokens, grants, sessions, throttle] = await run<[object, object, object, object]>(db, [
    sql`DELETE FROM access_tokens WHERE id IN (SELECT id FROM access_tokens WHERE expires_at <= ${now} LIMIT ${limit})
      RETURNING 1 AS removed`,
    sql`DELETE FROM grants WHERE id IN (SELECT g.id FROM grants g WHERE g.expires_at < ${now - GRANT_MARGIN}
        AND NOT EXISTS (SELECT 1 FROM access_tokens t WHERE t.grant_id = g.id) LIMIT ${limit})
      RETURNING 1 AS removed`,
    sql`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ${now} LIMIT ${limit})
      RETURNING 1 AS removed`,
    sql`DELETE FROM throttle WHERE key IN (SELECT key FROM throttle WHERE reset_at <= ${now} LIMIT ${limit})
      RETURNING 1 AS removed`,
  ])
  return {
    accessTokens: accessTokens.length,
    grants: grants.length,
    sessions: sessions.length,
    throttle: throttle.length,
  }
}
