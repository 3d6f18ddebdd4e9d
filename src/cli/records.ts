import { listRecords } from '../operations/records.ts'
import { type Done, type Input, type Resource, valueOf } from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError } from './cli-error.ts'
import { type Asking, confirmAction } from './confirm.ts'
import type { Session } from './open-store.ts'

const PAGE = 500

/**
 * Reads a whole list, part by part.
 * @param order the column that it is sorted by, which no two records share
 */
export async function browseAll(
  session: Session,
  resource: Resource,
  order: string,
): Promise<readonly AdminRecord[]> {
  const records: AdminRecord[] = []
  let after: string | null = null
  do {
    const part = await listRecords(resource, { filters: {}, after, limit: PAGE }, session)
    records.push(...part.records)
    after = part.next
  } while (after !== null)
  return records.toSorted((a, b) => (valueOf(a, order) < valueOf(b, order) ? -1 : 1))
}

/**
 * Does to a record what the panel does under the same name.
 * @param asking how to ask first, where it ends something
 * @returns null if the record is gone
 * @throws {InvalidInputError} an input that cannot be used
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
  if (!action) throw new CliError(`Nothing can be done under the name ${name}.`)
  if (asking && action.danger) await confirmAction(asking, resource, action, record, session)
  return action.run(record, input, session)
}
