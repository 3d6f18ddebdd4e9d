import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Column, type Resource, shownValue, textOfValue, valueOf } from '../../operations/resource.ts'
import { wordsOf } from '../../operations/resources/records.ts'
import { type AdminRecord, isList } from '../../store/browse.ts'
import { Time } from '../../ui/components.tsx'
import { instantOf } from '../../ui/instant.ts'
import { displayName } from '../../ui/links.ts'
import { describeUserAgent } from '../../ui/user-agent.ts'
import type { AdminUi } from './layout.tsx'

/** The address of a record's page. */
export function recordUrl(base: string, kind: string, id: string, page = 'show'): string {
  return `${base}/${kind}/${page}?${new URLSearchParams({ id }).toString()}`
}

/** Returns where a question about records leads back to: to the single record, or to the list of several. */
export function backUrl(
  base: string,
  { id, kind }: Pick<Resource, 'id' | 'kind'>,
  records: readonly AdminRecord[],
): string {
  const [only] = records
  return only && records.length === 1 ? recordUrl(base, kind, valueOf(only, id)) : `${base}/${kind}`
}

/** Returns what a record is called: its name, or else what it is about, or else its id. */
export function nameOf(
  admin: AdminUi,
  { about = [], columns, name }: Pick<Resource, 'about' | 'columns' | 'name'>,
  record: AdminRecord,
): string {
  const texts = about.flatMap((column) => {
    const text = valueOf(record, column)
    if (text === '') return []
    switch (columns.find((each) => each.name === column)?.kind) {
      case 'browser':
        return [describeUserAgent(text, admin.ui.messages)]
      case 'event':
        return [admin.translate(wordsOf(text))]
      default:
        return [displayName(text)]
    }
  })
  return texts.length > 0 ? texts.join(', ') : displayName(valueOf(record, name))
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
  // Something without a name does not exist: the client of a document that was never valid.
  if (!column.link || id === '' || textOfValue(shownValue(record, column)) === '') return shown
  return <a href={recordUrl(admin.base, column.link.kind, id)}>{shown}</a>
}

function Plain({ admin, column, record }: ValueProps): JSX.Element {
  const value = shownValue(record, column)
  const text = textOfValue(value)
  if (text === '') return <span class="muted">–</span>
  if (isList(value)) {
    return (
      <span class="entries">
        {value.map((entry) =>
          column.kind === 'sentences' ? (
            <span class="entry">{admin.translate(entry)}</span>
          ) : (
            <code class="entry">{entry}</code>
          ),
        )}
      </span>
    )
  }
  switch (column.kind) {
    case 'browser':
      return <span title={text}>{describeUserAgent(text, admin.ui.messages)}</span>
    case 'time':
      return <Time at={Number(value)} messages={admin.ui.messages} />
    case 'event':
      return <>{admin.translate(wordsOf(text))}</>
    case 'flag':
      return <>{value === true ? admin.say('Yes') : admin.say('No')}</>
    case 'ago':
      return <Ago admin={admin} at={Number(value)} />
    case 'state':
      return <State admin={admin} state={column.words ? column.words[value === true ? 0 : 1] : text} />
    case 'code':
      return <code>{text}</code>
    case 'json':
      return <code class="entry">{text}</code>
    case 'sentence':
      return <span lang="en">{text}</span>
    case 'word':
      return <>{admin.translate(text)}</>
    case 'list':
    case 'sentences':
    case 'number':
    case 'text':
    default:
      return <>{displayName(text)}</>
  }
}

/** The badge of a state, with one style throughout the panel; nothing for other values. */
function State({ admin, state }: { readonly admin: AdminUi; readonly state: string }): JSX.Element {
  return state === '' ? (
    <span class="muted">–</span>
  ) : (
    <span class={`state state-${state}`}>{admin.translate(state)}</span>
  )
}

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** How long ago something was, or when it will be, in words, with the exact time behind them. */
function Ago({ admin, at }: { readonly admin: AdminUi; readonly at: number }): JSX.Element {
  const { messages } = admin.ui
  const distance = at - admin.now
  const [unit, size] = UNITS.find(([, least]) => Math.abs(distance) >= least) ?? (['second', 1] as const)
  const words = new Intl.RelativeTimeFormat(messages.lang, { numeric: unit === 'second' ? 'auto' : 'always' })
  const amount = unit === 'second' ? 0 : Math.trunc(distance / size)
  const [datetime, exact] = instantOf(at, messages)
  return (
    <time datetime={datetime} title={exact}>
      {words.format(amount, unit)}
    </time>
  )
}

/** Returns the values of a record with their names, for `Facts`. */
export function factsOf(
  admin: AdminUi,
  columns: readonly Column[],
  record: AdminRecord,
): readonly (readonly [string, Child])[] {
  return columns.map((column) => [column.label, <Value admin={admin} column={column} record={record} />])
}
