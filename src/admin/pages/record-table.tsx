import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Resource, valueOf } from '../../operations/resource.ts'
import type { AdminRecord } from '../../store/browse.ts'
import type { AdminUi } from './layout.tsx'
import { ScrollingTable } from './table.tsx'
import { Value } from './values.tsx'

interface RecordTableProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly records: readonly AdminRecord[]
  readonly choosable?: boolean
}

/** Records of one kind as a table, with a box to choose each by where something can be done to many. */
export function RecordTable({ admin, choosable = false, records, resource }: RecordTableProps): JSX.Element {
  return (
    <ScrollingTable label={resource.title} cards>
      <thead>
        <tr>
          {choosable && (
            <th scope="col">
              <span class="hidden-text">Choose</span>
            </th>
          )}
          {resource.columns.map(({ label }) => (
            <th scope="col">{label}</th>
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
                  aria-label={`Choose ${valueOf(record, resource.name)}`}
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
