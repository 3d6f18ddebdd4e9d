import { sql, type SQL } from 'drizzle-orm'
import type { Activity } from '../browse.ts'
import { run } from './run.ts'

const DAY = 86_400

/** Seconds after which nothing more can come to a count: a clock may be slow, a request long. */
const SETTLED = 60

/** Rows of each kind that are counted while they have not been added up: the cron trigger is late, or there is none. */
const MOST = 100_000

/** A second that twelve hexadecimal digits of milliseconds still hold: the year 9999. */
const END_OF_TIME = 253_402_300_800

/** Counts that something happened today, for what has no row of its own. */
export function countActivityStatement(kind: string, now: number, condition: SQL): SQL {
  return sql`INSERT INTO activity (day, kind, count) SELECT ${Math.floor(now / DAY)}, ${kind}, 1 WHERE ${condition}
    ON CONFLICT (day, kind) DO UPDATE SET count = count + 1`
}

/** A second of the bookmark, which has them as text. */
const bookmark = (column: 'begins' | 'ends'): SQL =>
  sql`COALESCE((SELECT CAST(b.${sql.raw(column)} AS integer) FROM bookmarks b WHERE b.name = 'activity'), 0)`

/** The least id that a grant of a second may have. */
const firstId = (second: SQL): SQL => sql`printf('%012x', ${second} * 1000)`

/** Grants between two seconds, by day, as the time in their ids says. */
function grantsBetween(from: SQL, to: SQL): SQL {
  return sql`SELECT created_at / ${DAY} AS day, 'grant_given' AS kind, count(*) AS count FROM (SELECT g.created_at
    FROM grants g WHERE g.id >= ${firstId(from)} AND g.id < ${firstId(to)} AND g.tokens_of IS NULL LIMIT ${MOST}) GROUP BY 1`
}

/** Sign-ins between two seconds, by day, as their events say. A sign-up signs in, too. */
function signInsBetween(from: SQL, to: SQL): SQL {
  return sql`SELECT at / ${DAY} AS day, 'signed_in' AS kind, count(*) AS count FROM (SELECT e.at FROM audit_events e
    WHERE e.type IN ('signed_in', 'user_created') AND (e.type = 'signed_in' OR e.actor = e.user_id)
      AND e.at >= ${from} AND e.at < ${to} LIMIT ${MOST}) GROUP BY 1`
}

/** Adds what has happened to the counts. */
const add = (happened: SQL): SQL => sql`INSERT INTO activity (day, kind, count)
  SELECT h.day, h.kind, h.count FROM (${happened}) h WHERE true
  ON CONFLICT (day, kind) DO UPDATE SET count = count + excluded.count`

/** See `TokenAdmin.addUpActivity`. The bookmark goes first: where the batch is sent again there is nothing left to add. */
export async function addUpActivity(db: D1Database, now: number): Promise<void> {
  await run(db, [
    sql`INSERT INTO bookmarks (name, begins, ends) VALUES ('activity', '0', ${String(now - SETTLED)})
      ON CONFLICT (name) DO UPDATE SET begins = ends, ends = max(ends, excluded.ends)`,
    add(grantsBetween(bookmark('begins'), bookmark('ends'))),
    add(signInsBetween(bookmark('begins'), bookmark('ends'))),
  ])
}

/** See `BrowseAdmin.listActivity`: what was added up, and what has come since. */
export async function listActivity(db: D1Database, since: number): Promise<readonly Activity[]> {
  const [from, end] = [bookmark('ends'), sql`${END_OF_TIME}`]
  const found = await run<Activity[]>(db, [
    sql`SELECT day, kind, count FROM activity WHERE day >= ${Math.floor(since / DAY)} ORDER BY day`,
    grantsBetween(from, end),
    signInsBetween(from, end),
  ])
  const sums = new Map<string, Activity>()
  for (const entry of found.flat()) {
    const key = `${entry.day} ${entry.kind}`
    sums.set(key, { ...entry, count: entry.count + (sums.get(key)?.count ?? 0) })
  }
  return [...sums.values()]
}
