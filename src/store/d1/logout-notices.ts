import { sql, type SQL } from 'drizzle-orm'
import type { LogoutNotice, LogoutNoticeStore } from '../logout-notices.ts'
import type { Client, RequestMark } from '../records.ts'
import { parseMetadata } from './client-rows.ts'
import { run } from './run.ts'

/** Seconds from the first attempt to the second; each wait is four times as long as the one before. */
const FIRST_WAIT = 60

/** Condition: the client `c` wants logout notices; the same as that of the index `clients_backchannel_logout`. */
const wantsNotice = sql`c.metadata ->> 'backchannel_logout_uri' IS NOT NULL`

/**
 * Returns the statement that queues notices of the end of sessions (OpenID Connect Back-Channel Logout 2.3) for the clients
 * to which somebody signed in from them. It comes before the statement that ends the sessions, in the same batch. It first
 * looks for the few clients that want notices, so that it costs nothing if there are none.
 * @param which a condition over the sessions `s` that are about to end
 */
export function noticeStatement(which: SQL, { now }: RequestMark): SQL {
  return sql`INSERT INTO logout_notices (session_id, client_id, subject, created_at, next_at)
    SELECT e.id, c.client_id, max(g.details ->> '$.openid.sub'), ${now}, ${now}
    FROM (SELECT s.id, s.user_id FROM sessions s WHERE ${which} AND s.revoked_at IS NULL AND s.expires_at > ${now}) e
      CROSS JOIN clients c CROSS JOIN grants g
    WHERE ${wantsNotice} AND c.disabled_at IS NULL AND g.user_id = e.user_id AND g.client_id = c.client_id
      AND g.session_id = e.id AND g.details ->> '$.openid.sub' IS NOT NULL
    GROUP BY e.id, c.client_id ON CONFLICT DO NOTHING`
}

/** Condition: a row of `grants` is still needed to know which client to notify of the end of its session. */
export function neededForNotice(now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM sessions s JOIN clients c ON c.client_id = grants.client_id AND ${wantsNotice}
    WHERE s.id = grants.session_id AND s.revoked_at IS NULL AND s.expires_at > ${now})`
}

interface NoticeRow {
  readonly session_id: string
  readonly client_id: string
  readonly subject: string
  readonly attempts: number
  readonly metadata: string | null
  readonly type: Client['type'] | null
}

/** Creates the queue of logout notices, in D1. */
export function createLogoutNoticeStore(db: D1Database): LogoutNoticeStore {
  return {
    claimLogoutNotices: (limit, now) => claimLogoutNotices(db, limit, now),
    async countLogoutNotices(now) {
      const [rows] = await run<[{ due: number }]>(db, [
        sql`SELECT count(*) AS due FROM logout_notices n WHERE n.next_at <= ${now}`,
      ])
      return rows[0]?.due ?? 0
    },
    async removeLogoutNotices(notices) {
      const ids = JSON.stringify(notices.map(({ clientId, sessionId }) => [sessionId, clientId]))
      await run(db, [
        sql`DELETE FROM logout_notices WHERE (session_id, client_id) IN
          (SELECT value ->> 0, value ->> 1 FROM json_each(${ids}))`,
      ])
    },
  }
}

/** A column of the client `c` of a notice. */
function ofClient(column: SQL): SQL {
  return sql`(SELECT ${column} FROM clients c WHERE c.client_id = logout_notices.client_id)`
}

async function claimLogoutNotices(
  db: D1Database,
  limit: number,
  now: number,
): Promise<readonly LogoutNotice[]> {
  const [rows] = await run<[NoticeRow]>(db, [
    sql`UPDATE logout_notices SET attempts = attempts + 1, next_at = ${now} + (${FIRST_WAIT} << (2 * attempts))
      WHERE (session_id, client_id) IN (SELECT n.session_id, n.client_id FROM logout_notices n
        WHERE n.next_at <= ${now} ORDER BY n.next_at LIMIT ${limit})
      RETURNING session_id, client_id, subject, attempts, ${ofClient(sql`c.metadata`)} AS metadata,
        ${ofClient(sql`c.type`)} AS type`,
  ])
  return rows.map((row) => ({
    sessionId: row.session_id,
    clientId: row.client_id,
    subject: row.subject,
    attempts: row.attempts,
    client:
      row.metadata === null || row.type === null
        ? null
        : { type: row.type, metadata: parseMetadata(row.metadata) },
  }))
}
