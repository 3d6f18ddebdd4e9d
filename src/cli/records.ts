import type { Done, Input, Resource } from '../operations/resource.ts'
import type { AdminRecord, RecordKind } from '../store/browse.ts'
import { CliError } from './cli-error.ts'
import type { Session } from './open-store.ts'

const PAGE = 500

/** Reads a whole list, part by part. */
export async function browseAll(
  { mark, store }: Session,
  kind: RecordKind,
  filters: Readonly<Record<string, string>> = {},
): Promise<readonly AdminRecord[]> {
  const records: AdminRecord[] = []
  let after: string | null = null
  do {
    const part = await store.browse(kind, { filters, after, limit: PAGE }, mark().now)
    records.push(...part.records)
    after = part.next
  } while (after !== null)
  return records
}

/** Reads a record by its id; null where there is none. */
export async function readRecord(
  { mark, store }: Session,
  kind: RecordKind,
  id: string,
): Promise<AdminRecord | null> {
  return store.readRecord(kind, id, mark().now)
}

/**
 * Does to a record what the panel does under the same name.
 * @returns null where the record is gone
 * @throws {InvalidInputError} an input that cannot be used
 */
export async function actOn(
  resource: Resource,
  name: string,
  record: AdminRecord,
  input: Input,
  session: Session,
): Promise<Done | null> {
  const action = resource.actions.find((candidate) => candidate.name === name)
  if (!action) throw new CliError(`Nothing can be done under the name ${name}.`)
  return action.run(record, input, session)
}
