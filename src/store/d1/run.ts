import { sql, type SQL } from 'drizzle-orm'
import { StorageError } from '../../errors.ts'
import { render, type Statement } from './statement.ts'

/**
 * Runs statements in one round trip and one transaction. It is the only caller of D1's `batch`: Drizzle's own gives wrong
 * columns for joins whose columns share a name (drizzle-orm issue 6038). Give every column of a join an alias.
 * @param statements in order; a later one sees what an earlier one wrote
 * @returns the rows of each statement, of the shape that its aliases give
 * @throws {StorageError} D1 failed twice; nothing was written, or what was written was written whole
 */
export async function run<Rows extends readonly object[]>(
  db: D1Database,
  statements: readonly Statement[],
): Promise<{ [K in keyof Rows]: Rows[K][] }> {
  const results = await batch(db, statements)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the SQL knows the shape of its rows
  return results.map((result) => result.results) as { [K in keyof Rows]: Rows[K][] }
}

/**
 * D1 does not repeat writes whose reply was lost, so we do, once: every write here may be sent again with the same
 * parameters.
 */
async function batch(db: D1Database, statements: readonly Statement[]): Promise<D1Result[]> {
  const prepared = statements.map((statement) => {
    const query = render(statement)
    return db.prepare(query.sql).bind(...query.params)
  })
  return db.batch(prepared).catch(async (error: unknown) => {
    // A broken constraint is an answer, not a fault of the storage.
    if (String(error).includes('constraint failed')) throw error
    return db.batch(prepared).catch((cause: unknown) => {
      throw new StorageError('D1', cause)
    })
  })
}

/** A list of values as one parameter, for `value IN (SELECT value FROM json_each(…))`. */
export function jsonList(values: readonly string[]): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`
}
