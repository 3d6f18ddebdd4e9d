import type { Params } from '../concepts.ts'
import { listRecords, sortsOf } from '../operations/records.ts'
import { type Column, factColumns, type Resource, shownValue, textOfValue } from '../operations/resource.ts'
import { type AdminRecord, type BrowseQuery, isList, type Listing } from '../store/browse.ts'
import type { StaffOperator } from './operator.ts'

/** What an address says about a list. */
export type ListAsked = Required<Omit<BrowseQuery, 'counts' | 'limit'>>

/** Reads the filters of a request that its list has, as typed. */
export function readFilters(
  resource: Resource,
  query: Pick<Params, 'get'>,
): Readonly<Record<string, string>> {
  const entries = resource.filters.flatMap(({ choices, name }) => {
    const value = query.get(name)?.slice(0, 500) ?? ''
    const known = !choices || choices.some(([choice]) => choice === value)
    return value !== '' && known ? [[name, value] as const] : []
  })
  return Object.fromEntries(entries)
}

/** Reads which part of a list a request asks for, and in which order; invalid values are ignored. */
export function readPart(resource: Resource, query: Pick<Params, 'get'>): ListAsked {
  const sort = query.get('sort') ?? ''
  return {
    filters: readFilters(resource, query),
    after: query.get('after') ?? null,
    before: query.get('before') ?? null,
    sort: sortsOf(resource).includes(sort.replace(/^-/, '')) ? sort : null,
  }
}

/** Records that one query of an export reads. */
const PART = 5000
/** The most records in an export: a request may query D1 fifty times on the smallest plan, and has seconds of CPU on others. */
export const EXPORT_LIMIT = 20 * PART

/**
 * Returns a whole list as CSV (RFC 4180), part by part. If there is more than an export may have, its last line says so.
 * @param query `after` is where the previous export ended, null for the first one; `url` is the export's own, without a query
 */
export async function* exportCsv(
  resource: Resource,
  query: {
    readonly filters: Readonly<Record<string, string>>
    readonly after: string | null
    readonly url: string
  },
  operator: StaffOperator,
): AsyncGenerator<string> {
  const columns = factColumns(resource, operator.provider)
  let lines = csvLine(columns.map(({ name }) => name))
  let { after } = query
  for (let read = 0; read < EXPORT_LIMIT; read += PART) {
    const listing: Listing = await listRecords(resource, { ...query, after, limit: PART }, operator)
    yield lines + listing.records.map((record) => csvRecord(columns, record)).join('')
    lines = ''
    after = listing.next
    if (after === null) return
  }
  const rest = new URLSearchParams({ ...query.filters, after: after ?? '' })
  const note = `There are more records: ${query.url}?${rest.toString()}`
  yield csvLine(columns.map((_, index) => (index === 0 ? note : '')))
}

function csvRecord(columns: readonly Column[], record: AdminRecord): string {
  return csvLine(
    columns.map((column) => {
      const value = shownValue(record, column)
      if (column.kind === 'time' && typeof value === 'number') return new Date(value * 1000).toISOString()
      return isList(value) ? value.join(' ') : textOfValue(value)
    }),
  )
}

/**
 * Where a spreadsheet may start a cell, whichever separator it uses, followed by what it would run; an apostrophe in front
 * turns that into text. Quotes do not help, as they count only at the start of a cell.
 */
const FORMULA = /(^|[,;|\t\r\n])(["\s]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])/g

function csvLine(cells: readonly string[]): string {
  const written = cells.map((cell) => {
    const safe = cell.replaceAll(FORMULA, "$1$2'")
    return /[",;|\t\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  })
  return `${written.join(',')}\r\n`
}
