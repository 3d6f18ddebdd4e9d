import { sql, type SQL } from 'drizzle-orm'
import type { PurgeCounts } from '../upkeep-store.ts'
import { neededForNotice } from './logout-notices.ts'
import { run } from './run.ts'
import { GRANT_MARGIN } from './sweep.ts'

/** Rows that are read for each row that may be removed; reading costs a thousandth of writing. */
const LOOK = 10

/** Seconds after which an unclaimed notice is deleted, as the feature that delivers it is gone. */
const NOTICE_MARGIN = 86_400

interface Removed {
  readonly removed: number
}

interface Walk {
  readonly ends: string
}

/**
 * See `UpkeepStore.purge`. Grants and aliases are walked in slices of their primary key, from where the last slice ended, so
 * that they need no index by time. Revoked rows stay until they would have expired, so that lists can still show them.
 */
export async function purge(db: D1Database, limit: number, now: number): Promise<PurgeCounts> {
  const [grants, aliases] = [slice('grants', limit), slice('token_aliases', limit)]
  const [, grantWalk, removedGrants, , aliasWalk, , sessions, throttle] = await run<
    [object, Walk, Removed, object, Walk, Removed, Removed, Removed, Removed, Removed]
  >(db, [
    grants.turn,
    grants.read,
    sql`DELETE FROM grants WHERE ${grants.within} AND expires_at < ${now - GRANT_MARGIN}
      AND NOT ${neededForNotice(now)} RETURNING 1 AS removed`,
    aliases.turn,
    aliases.read,
    sql`DELETE FROM token_aliases WHERE ${aliases.within} AND NOT EXISTS (SELECT 1 FROM grants g
        WHERE g.id = token_aliases.grant_id AND (token_aliases.sequence IS NULL
          OR (g.refresh_seq = token_aliases.sequence AND g.access_expires_at > ${now})))
      RETURNING 1 AS removed`,
    sql`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ${now} LIMIT ${limit})
      RETURNING 1 AS removed`,
    sql`DELETE FROM throttle WHERE key IN (SELECT key FROM throttle WHERE reset_at <= ${now} LIMIT ${limit})
      RETURNING 1 AS removed`,
    sql`DELETE FROM logout_notices WHERE (session_id, client_id) IN (SELECT session_id, client_id FROM logout_notices
        WHERE next_at <= ${now - NOTICE_MARGIN} LIMIT ${limit}) RETURNING 1 AS removed`,
    sql`DELETE FROM remembered_browsers WHERE id_hash IN (SELECT id_hash FROM remembered_browsers
        WHERE expires_at <= ${now} LIMIT ${limit}) RETURNING 1 AS removed`,
    sql`DELETE FROM used_jti WHERE jti_hash IN (SELECT jti_hash FROM used_jti WHERE expires_at <= ${now} LIMIT ${limit})
      RETURNING 1 AS removed`,
  ])
  return {
    grants: removedGrants.length,
    sessions: sessions.length,
    throttle: throttle.length,
    isWalkOver: [grantWalk, aliasWalk].every(([walk]) => walk?.ends === ''),
  }
}

/** The next slice of a table: a statement that moves to it, one that reads where it ends, and the condition for its rows. */
function slice(
  table: 'grants' | 'token_aliases',
  limit: number,
): { readonly turn: SQL; readonly read: SQL; readonly within: SQL } {
  const name = sql.raw(table)
  const edge = (column: 'begins' | 'ends'): SQL =>
    sql`(SELECT b.${sql.raw(column)} FROM bookmarks b WHERE b.name = ${table})`
  const end = (from: SQL): SQL =>
    sql`COALESCE((SELECT x.id FROM ${name} x WHERE x.id > ${from} ORDER BY x.id LIMIT 1 OFFSET ${limit * LOOK - 1}), '')`
  return {
    turn: sql`INSERT INTO bookmarks (name, begins, ends) VALUES (${table}, '', ${end(sql`''`)})
      ON CONFLICT (name) DO UPDATE SET begins = ends, ends = ${end(sql`bookmarks.ends`)}`,
    read: sql`SELECT b.ends AS ends FROM bookmarks b WHERE b.name = ${table}`,
    // The last slice of a walk has no end; the next walk starts over.
    within: sql`id > ${edge('begins')} AND (id <= ${edge('ends')} OR ${edge('ends')} = '')`,
  }
}
