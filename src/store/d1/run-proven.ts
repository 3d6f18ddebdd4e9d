import type { ClientProof } from '../records.ts'
import { spendStatements } from './client-guard.ts'
import { run, type Statement } from './run.ts'

/** Runs statements whose guards hold a proof; what the proof spends is spent before them, in the same batch. See `run`. */
export async function runProven<Rows extends readonly object[]>(
  db: D1Database,
  proof: ClientProof,
  statements: readonly Statement[],
): Promise<{ [K in keyof Rows]: Rows[K][] }> {
  const spending = spendStatements(proof)
  const results = await run<object[]>(db, [...spending, ...statements])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the SQL knows the shape of its rows
  return results.slice(spending.length) as { [K in keyof Rows]: Rows[K][] }
}
