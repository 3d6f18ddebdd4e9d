import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Column, type Resource, shownValue, textOfValue, valueOf } from '../../operations/resource.ts'
import { type AdminRecord, isList } from '../../store/browse.ts'
import { Time } from '../../ui/components.tsx'
import { displayName } from '../../ui/links.ts'
import { describeUserAgent } from '../../ui/user-agent.ts'
import type { AdminUi } from './layout.tsx'

/** The address of a record's page. */
export function recordUrl(base: string, kind: string, id: string, page = 'show'): string {
  return `${base}/${kind}/${page}?${new URLSearchParams({ id }).toString()}`
}

/** Where one goes back to who was asked about some records: to the one, or to the list of many. */
export function backUrl(
  base: string,
  { id, kind }: Pick<Resource, 'id' | 'kind'>,
  records: readonly AdminRecord[],
): string {
  const [only] = records
  return only && records.length === 1 ? recordUrl(base, kind, valueOf(only, id)) : `${base}/${kind}`
}

interface ValueProps {
  readonly admin: AdminUi
  readonly column: Column
  readonly record: AdminRecord
}

/** One value of a record, as people read it. */
export function Value({ admin, column, record }: ValueProps): JSX.Element {
  const shown = <Plain admin={admin} column={column} record={record} />
  const id = column.link ? valueOf(record, column.link.id) : ''
  if (!column.link || id === '') return shown
  return <a href={recordUrl(admin.base, column.link.kind, id)}>{shown}</a>
}

function Plain({ admin, column, record }: ValueProps): JSX.Element {
  const value = shownValue(record, column)
  const text = textOfValue(value)
  if (text === '') return <span class="muted">–</span>
  if (isList(value)) {
    return (
      <>
        {value.map((entry) => (
          <code class="entry">{entry}</code>
        ))}
      </>
    )
  }
  switch (column.kind) {
    case 'browser':
      return <span title={text}>{describeUserAgent(text, admin.ui.messages)}</span>
    case 'time':
      return <Time at={Number(value)} messages={admin.ui.messages} />
    case 'flag':
      return <>{value === true ? 'Yes' : 'No'}</>
    case 'state':
      return <span class={`state state-${text}`}>{text}</span>
    case 'code':
      return <code>{text}</code>
    case 'json':
      return <code class="entry">{text}</code>
    case 'sentence':
      return <>{text}</>
    case 'list':
    case 'number':
    case 'text':
    default:
      return <>{displayName(text)}</>
  }
}

/** The values of a record with their names, as a list of `Facts` takes them. */
export function factsOf(
  admin: AdminUi,
  columns: readonly Column[],
  record: AdminRecord,
): readonly (readonly [string, Child])[] {
  return columns.map((column) => [column.label, <Value admin={admin} column={column} record={record} />])
}
