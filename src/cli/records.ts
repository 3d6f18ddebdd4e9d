import { listRecords } from '../operations/records.ts'
import { type Done, type Input, type Resource, valueOf } from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError } from './cli-error.ts'
import { type Asking, confirmAction } from './confirm.ts'
import type { Session } from './open-store.ts'

const PAGE = 500

/**
 * Reads a whole list, part by part.
 * @param order the unique column by which it is sorted
 * @param most  how many of the
 * newest to read; defaults to all
 */
export async function browseAll(
  session: Session,
  resource: Resource,
  order: string,
  most = Infinity,
): Promise<readonly AdminRecord[]> {
  const records: AdminRecord[] = []
  let after: string | null = null
  do {
    const part = await listRecords(
      resource,
      { filters: {}, after, limit: Math.min(PAGE, most - records.length) },
      session,
    )
    records.push(...part.records)
    after = part.next
  } while (after !== null && records.length < most)
  return records.toSorted((a, b) => (valueOf(a, order) < valueOf(b, order) ? -1 : 1))
}

/**
 * Performs the panel's action of the same name on a record.
 * @param asking how to ask first, if it ends something
 *
 * @returns null if the record is gone
 * @throws {InvalidInputError} the input is invalid
 */
export async function actOn(
  resource: Resource,
  name: string,
  record: AdminRecord,
  input: Input,
  session: Session,
  asking?: Asking,
): Promise<Done | null> {
  const action = resource.actions.find((candidate) => candidate.name === name)
  if (!action) throw new CliError(`There is no action called ${name}.`)
  if (asking && action.danger) await confirmAction(asking, resource, action, record, session)
  return action.run(record, input, session)
}
