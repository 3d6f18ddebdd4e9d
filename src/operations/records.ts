import type { AdminRecord, BrowseQuery, Listing } from '../store/browse.ts'
import { type Operator, type Resource, valueOf } from './resource.ts'

/** Lists a part of a resource. */
export async function listRecords(
  resource: Resource,
  query: BrowseQuery,
  operator: Operator,
): Promise<Listing> {
  const normalised = Object.entries(query.filters).map(([name, value]) => {
    const filter = resource.filters.find((candidate) => candidate.name === name)
    return [name, filter?.normalise?.(value) ?? value] as const
  })
  const asked = { ...query, filters: Object.fromEntries(normalised) }
  if (!resource.all) return operator.store.browse(resource.kind, asked, operator.now)
  return partOf(resource, await resource.all(operator), asked)
}

/** A part of a list that is read whole, sorted by id; its filters are what the id begins with. */
function partOf(resource: Resource, all: readonly AdminRecord[], query: BrowseQuery): Listing {
  const { after, filters, limit } = query
  const rest = all.filter((record) => {
    const id = valueOf(record, resource.id)
    return (after === null || id > after) && Object.values(filters).every((value) => id.startsWith(value))
  })
  const records = rest.slice(0, limit)
  const last = records.at(-1)
  return { records, next: last && rest.length > limit ? valueOf(last, resource.id) : null }
}

/** Reads a record by its id; null where there is none. */
export async function readRecord(
  resource: Resource,
  id: string,
  operator: Operator,
): Promise<AdminRecord | null> {
  if (!resource.all) return operator.store.readRecord(resource.kind, id, operator.now)
  return (await resource.all(operator)).find((record) => valueOf(record, resource.id) === id) ?? null
}
