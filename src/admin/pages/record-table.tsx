import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Column, type Resource, valueOf } from '../../operations/resource.ts'
import type { AdminRecord } from '../../store/browse.ts'
import type { AdminUi } from './layout.tsx'
import { ScrollingTable } from './table.tsx'
import { nameOf, Value } from './values.tsx'

interface RecordTableProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly records: readonly AdminRecord[]
  readonly choosable?: boolean
  /** Whether every box is ticked. */
  readonly chosen?: boolean
  readonly sorting?: Sorting
}

/** How a list is sorted, and how it can be sorted. */
interface Sorting {
  /** A column, with a minus in front for descending order; null for another order. */
  readonly by: string | null
  readonly columns: readonly string[]
  readonly urlOf: (sort: string) => string
}

const UNSORTED: Sorting = { by: null, columns: [], urlOf: () => '' }

/** Records of one kind as a table, with a checkbox for each if there are bulk actions. */
export function RecordTable(props: RecordTableProps): JSX.Element {
  const { admin, choosable = false, chosen = false, records, resource, sorting = UNSORTED } = props
  return (
    <ScrollingTable label={admin.say('{}, table', resource.title)} cards>
      <thead>
        <tr>
          {choosable && (
            <th scope="col">
              <span class="hidden-text">{admin.say('Select')}</span>
            </th>
          )}
          {resource.columns.map((column) => (
            <Heading column={column} sorting={sorting} />
          ))}
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          <tr>
            {choosable && (
              <td>
                <input
                  type="checkbox"
                  name="id"
                  value={valueOf(record, resource.id)}
                  checked={chosen}
                  aria-label={admin.say('Select {}', nameOf(admin, resource, record))}
                />
              </td>
            )}
            {resource.columns.map((column) => (
              <td data-label={column.label}>
                <Value admin={admin} column={column} record={record} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  )
}

/** The name of a column, as a link if the list can be sorted by it: first newest first or A to Z, then reversed. */
function Heading({ column, sorting }: { readonly column: Column; readonly sorting: Sorting }): JSX.Element {
  const { kind, label, name } = column
  const { by, columns, urlOf } = sorting
  if (!columns.includes(name)) return <th scope="col">{label}</th>
  const [up, down] = [name, `-${name}`]
  const [first, second] = kind === 'time' ? [down, up] : [up, down]
  const order = by === up ? 'ascending' : by === down ? 'descending' : undefined
  return (
    <th scope="col" aria-sort={order}>
      <a class="sort" href={urlOf(by === first ? second : first)}>
        {label}
      </a>
    </th>
  )
}
