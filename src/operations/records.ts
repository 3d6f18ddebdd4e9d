import { type AdminRecord, type BrowseQuery, type Listing, SORTS } from '../store/browse.ts'
import { type Operator, type OwnList, type Resource, valueOf } from './resource.ts'

/** Returns the columns by which a list can be sorted with these filters. */
export function sortsOf(resource: Resource): readonly string[] {
  return resource.list ? [] : SORTS[resource.kind]
}

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
  return resource.list
    ? resource.list(asked, operator)
    : operator.store.browse(resource.kind, asked, operator.now)
}

/** Reads a record by its id; null if there is none. */
export async function readRecord(
  resource: Resource,
  id: string,
  operator: Operator,
): Promise<AdminRecord | null> {
  return resource.list
    ? resource.read(id, operator)
    : operator.store.readRecord(resource.kind, id, operator.now)
}

/**
 * A list of so few records that it is read at once; its filters match the beginning of the id.
 * @param id  the column that
 * identifies a record
 * @param all reads every record
 */
export function shortList(id: string, all: (operator: Operator) => Promise<readonly AdminRecord[]>): OwnList {
  const byId = (a: AdminRecord, b: AdminRecord): number => (valueOf(a, id) < valueOf(b, id) ? -1 : 1)
  return {
    async list({ after, before, filters, limit }, operator) {
      const found = (await all(operator))
        .toSorted(byId)
        .filter((record) => Object.values(filters).every((value) => valueOf(record, id).startsWith(value)))
      const ids = found.map((record) => valueOf(record, id))
      // Both cursors are ids: the last of the previous part, and the first of the next part.
      const begins = before
        ? Math.max(0, ids.filter((name) => name < before).length - limit)
        : ids.filter((name) => after !== null && name <= after).length
      const records = found.slice(begins, begins + limit)
      const [first, last] = [records[0], records.at(-1)]
      return {
        records,
        next: last && begins + limit < found.length ? valueOf(last, id) : null,
        previous: first && begins > 0 ? valueOf(first, id) : null,
        total: { count: found.length, isExact: true },
      }
    },
    read: async (name, operator) =>
      (await all(operator)).find((record) => valueOf(record, id) === name) ?? null,
  }
}
