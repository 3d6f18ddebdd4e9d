import { sql, type SQL } from 'drizzle-orm'
import type { Activity } from '../browse.ts'
import { run } from './run.ts'

const DAY = 86_400

/** The day of a time. D1 binds numbers as floating point, so they need a cast before an integer division. */
const dayOf = (time: SQL): SQL => sql`${time} / ${sql.raw(String(DAY))}`

/** Seconds after which a count is final; a clock may be slow, or a request long. */
const SETTLED = 60

/** The most rows of each kind to count that have not been added up yet, as the cron trigger is late or missing. */
const MOST = 100_000
/** Days before the first look that are counted. */
const FIRST = 14

/** A second in the year 9999, which still fits twelve hexadecimal digits of milliseconds. */
const END_OF_TIME = 253_402_300_800

/** Counts that something happened today, for events that have no row. */
export function countActivityStatement(kind: string, now: number, condition: SQL): SQL {
  return sql`INSERT INTO activity (day, kind, count) SELECT ${Math.floor(now / DAY)}, ${kind}, 1 WHERE ${condition}
    ON CONFLICT (day, kind) DO UPDATE SET count = count + 1`
}

/** A time in the bookmark, which stores times as text. */
const bookmark = (column: 'begins' | 'ends'): SQL =>
  sql`COALESCE((SELECT CAST(b.${sql.raw(column)} AS integer) FROM bookmarks b WHERE b.name = 'activity'), 0)`

/** The lowest id that a grant of a given second may have. */
const firstId = (second: SQL): SQL => sql`printf('%012x', ${second} * 1000)`

/** Grants between two times, by day, according to the time in their ids. */
function grantsBetween(from: SQL, to: SQL): SQL {
  return sql`SELECT ${dayOf(sql`created_at`)} AS day, 'grant_given' AS kind, count(*) AS count FROM (SELECT g.created_at
    FROM grants g WHERE g.id >= ${firstId(from)} AND g.id < ${firstId(to)} AND g.tokens_of IS NULL LIMIT ${MOST}) GROUP BY 1`
}

/** Sign-ins between two times, by day, according to their events. A sign-up signs in, too. */
function signInsBetween(from: SQL, to: SQL): SQL {
  return sql`SELECT ${dayOf(sql`at`)} AS day, 'signed_in' AS kind, count(*) AS count FROM (SELECT e.at FROM audit_events e
    WHERE e.type IN ('signed_in', 'user_created') AND (e.type = 'signed_in' OR e.actor = e.user_id)
      AND e.at >= ${from} AND e.at < ${to} LIMIT ${MOST}) GROUP BY 1`
}

/** Adds what has happened to the counts. */
const add = (happened: SQL): SQL => sql`INSERT INTO activity (day, kind, count)
  SELECT h.day, h.kind, h.count FROM (${happened}) h WHERE true
  ON CONFLICT (day, kind) DO UPDATE SET count = count + excluded.count`

/** See `UpkeepStore.addUpActivity`. The bookmark is written first, so that nothing is left to add when the batch is sent again. */
export async function addUpActivity(db: D1Database, now: number): Promise<void> {
  await run(db, [
    sql`INSERT INTO bookmarks (name, begins, ends) VALUES ('activity', ${String(now - FIRST * DAY)}, ${String(now - SETTLED)})
      ON CONFLICT (name) DO UPDATE SET begins = ends, ends = max(ends, excluded.ends)`,
    add(grantsBetween(bookmark('begins'), bookmark('ends'))),
    add(signInsBetween(bookmark('begins'), bookmark('ends'))),
  ])
}

/** See `BrowseAdmin.listActivity`: what was added up, and what has happened since. */
export async function listActivity(
  db: D1Database,
  since: number,
): Promise<{ readonly activity: readonly Activity[]; readonly rest: number }> {
  const first = Math.floor(since / DAY)
  const [from, end] = [sql`max(${bookmark('ends')}, ${first * DAY})`, sql`${END_OF_TIME}`]
  const [added = [], ...rest] = await run<Activity[]>(db, [
    sql`SELECT day, kind, count FROM activity WHERE day >= ${first} ORDER BY day`,
    grantsBetween(from, end),
    signInsBetween(from, end),
  ])
  const sums = new Map<string, Activity>()
  for (const entry of [added, ...rest].flat()) {
    const key = `${entry.day} ${entry.kind}`
    sums.set(key, { ...entry, count: entry.count + (sums.get(key)?.count ?? 0) })
  }
  return { activity: [...sums.values()], rest: rest.flat().reduce((sum, { count }) => sum + count, 0) }
}
