import type { ImportOutcome } from '../store/import-store.ts'
import type { ImportState } from './import-state.ts'
import { type DjangoRecord, nameOf } from './record.ts'

/** Records that are written to the storage at once. */
export const BATCH = 200

/** Records that wait until there are enough for a round trip. */
export interface Batch<T> {
  readonly add: (record: DjangoRecord, row: T) => Promise<void>
  readonly flush: () => Promise<void>
}

/**
 * Collects records until there are enough for a round trip, and counts the outcomes.
 * @param send writes rows and returns their outcomes in order
 * @param onOutcome is called for each row
 */
export function batchOf<T>(
  { report }: ImportState,
  send: (rows: readonly T[]) => Promise<readonly ImportOutcome[]>,
  onOutcome: (row: T, outcome: ImportOutcome, model: string) => void = () => {},
): Batch<T> {
  let waiting: { readonly model: string; readonly name: string; readonly row: T }[] = []
  const flush = async (): Promise<void> => {
    const sent = waiting
    waiting = []
    if (sent.length === 0) return
    const outcomes = await send(sent.map(({ row }) => row))
    for (const [at, { model, name, row }] of sent.entries()) {
      const outcome = outcomes[at] ?? 'taken'
      report.count(model, name, outcome)
      onOutcome(row, outcome, model)
    }
  }
  return {
    async add(record, row) {
      waiting.push({ model: record.model, name: nameOf(record), row })
      if (waiting.length >= BATCH) await flush()
    },
    flush,
  }
}
