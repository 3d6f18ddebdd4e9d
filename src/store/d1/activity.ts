import { sql, type SQL } from 'drizzle-orm'

const DAY = 86_400

/**
 * Counts that something happened today. As the next statement after a write, `changes() > 0` counts what that one wrote, and
 * nothing where the batch is sent again.
 */
export function countActivityStatement(kind: string, now: number, condition: SQL = sql`changes() > 0`): SQL {
  return sql`INSERT INTO activity (day, kind, count) SELECT ${Math.floor(now / DAY)}, ${kind}, 1 WHERE ${condition}
    ON CONFLICT (day, kind) DO UPDATE SET count = count + 1`
}
