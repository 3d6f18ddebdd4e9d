import { sql, type SQL } from 'drizzle-orm'
import type { ImportMode, ImportOutcome } from '../../import-store.ts'
import { auditStatement } from '../audit.ts'
import { run } from '../run.ts'

interface OutcomeRow {
  readonly n: number
  readonly outcome: ImportOutcome
}

/**
 * Determines what would happen to records, writes them, and determines what has happened to them, as two records of one
 * batch may conflict.
 * @param count of the records
 * @param what they are, for the audit event
 * @param outcomes a
 * SELECT of `n`, the position of a record, and `outcome`
 */
export async function importRecords(
  db: D1Database,
  { count, what }: { readonly count: number; readonly what: string },
  outcomes: SQL,
  writes: readonly SQL[],
  { dry, mark }: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const changes = sql`(SELECT count(*) AS changes FROM (${outcomes}) o WHERE o.outcome IN ('created', 'updated'))`
  const event = auditStatement(
    { type: 'records_imported', actor: mark.actor, subject: sql`${what} || ': ' || o.changes` },
    mark,
    sql`FROM ${changes} o WHERE o.changes > 0`,
  )
  const statements = dry ? [outcomes] : [outcomes, event, ...writes, outcomes]
  const results = await run<OutcomeRow[]>(db, statements)
  const after = new Map(results.at(-1)?.map(({ n, outcome }) => [n, outcome]))
  const before = new Map(results[0]?.map(({ n, outcome }) => [n, outcome]))
  return Array.from({ length: count }, (_, n) => {
    const expected = before.get(n) ?? 'taken'
    const found = after.get(n) ?? 'taken'
    if (dry || (expected !== 'created' && expected !== 'updated')) return expected
    // A record that is still to be created conflicted with another record of the batch.
    return found === 'created' || found === 'updated' ? 'taken' : found === 'same' ? expected : found
  })
}

/** Fields of the records, as columns of `incoming` with their position `n`. */
export function incoming(records: readonly object[], fields: readonly string[]): SQL {
  const columns = fields.map((field) => sql`j.value->>${`$.${field}`} AS ${sql.identifier(field)}`)
  return sql`(SELECT j.key AS n, ${sql.join(columns, sql`, `)} FROM json_each(${JSON.stringify(records)}) j)`
}
