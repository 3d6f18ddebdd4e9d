import { listRecords } from '../operations/records.ts'
import { type Resource, valueOf } from '../operations/resource.ts'
import { resources } from '../operations/resources/index.ts'
import type { AdminRecord, RecordKind, Total } from '../store/browse.ts'
import type { StaffOperator } from './operator.ts'

/** A list, or the part of it that belongs to a record. */
export interface Related {
  readonly resource: Resource
  readonly filters: Readonly<Record<string, string>>
  /** Undefined if the storage does not count. */
  readonly total?: Total | undefined
  /** The newest of them; empty if their number is enough. */
  readonly records: readonly AdminRecord[]
}

interface Hanging {
  readonly filter: string
  /** The column by which the filter finds them. */
  readonly by: string
  readonly lists: readonly RecordKind[]
  /** Whether the newest are shown. */
  readonly shown: readonly RecordKind[]
}

/** Lists of records that belong to a record. */
const HANGING: Readonly<Record<string, Hanging>> = {
  clients: {
    filter: 'client',
    by: 'client_id',
    lists: ['authorized-clients', 'grants', 'access-tokens', 'refresh-tokens', 'refusals', 'audit-events'],
    shown: [],
  },
  users: {
    filter: 'user',
    by: 'username',
    lists: ['authorized-clients', 'grants', 'access-tokens', 'refresh-tokens', 'sessions', 'audit-events'],
    shown: ['sessions', 'authorized-clients', 'grants'],
  },
}

const SHOWN = 5

/** Reads what belongs to a record: how many there are of each kind, and the newest of some. */
export async function readRelated(
  resource: Resource,
  record: AdminRecord,
  operator: StaffOperator,
): Promise<readonly Related[]> {
  const hanging = HANGING[resource.kind]
  if (!hanging) return []
  const filters = { [hanging.filter]: valueOf(record, hanging.by) }
  return Promise.all(
    hanging.lists.map((kind) => count(resources[kind], filters, operator, hanging.shown.includes(kind))),
  )
}

/** Counts what a provider has: clients, people, and what is valid now. */
export async function readCounts(operator: StaffOperator): Promise<readonly Related[]> {
  const valid = { state: 'valid' }
  return Promise.all([
    count(resources.clients, {}, operator),
    count(resources.users, {}, operator),
    count(resources['access-tokens'], valid, operator),
    count(resources.sessions, valid, operator),
  ])
}

async function count(
  resource: Resource,
  filters: Readonly<Record<string, string>>,
  operator: StaffOperator,
  isShown = false,
): Promise<Related> {
  const query = { filters, after: null, counts: true, limit: isShown ? SHOWN : 0 }
  const { records, total } = await listRecords(resource, query, operator)
  return { resource, filters, total, records }
}
