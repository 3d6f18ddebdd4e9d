import { sql, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import { fromBase64url, toBase64url, utf8 } from '../../../crypto/bytes.ts'
import type { BrowseQuery, Total } from '../../browse.ts'
import type { Order } from './orders.ts'
import type { Restriction, View } from './views.ts'

type Key = string | number

/** The most rows that a count reads. */
const COUNTED = 1000

/** A row of a list, with the keys by which it is sorted. */
export type Row = Readonly<Record<string, Key | null>>

/** A part of a list: the statements to run, and how to read their results. */
export interface ListPlan {
  readonly statements: readonly SQL[]
  /** Reads the rows of each statement. */
  readonly explain: (results: readonly (readonly Row[])[]) => ListPart
}

/** Rows of a list, with the cursors of the adjacent parts. */
export interface ListPart {
  readonly rows: readonly Row[]
  readonly next: string | null
  readonly previous: string | null
  readonly sort: string | null
  readonly sorts: readonly string[]
  readonly total?: Total
}

/** Plans how a part of a list is read: forwards, or backwards from where a later part begins. */
export function planList(view: View, query: BrowseQuery): ListPlan {
  const { after, before = null, counts = false, limit } = query
  const restrictions = Object.entries(view.filters).flatMap(([name, restrict]) => {
    const value = Object.hasOwn(query.filters, name) ? query.filters[name] : undefined
    return value === undefined || value === '' ? [] : [restrict(value)]
  })
  const orders = ordersOf(view, restrictions)
  const order = chooseOrder(orders, query.sort ?? null)
  const where = [...restrictions.map(({ where: restriction }) => restriction), view.where ?? sql`true`]
  const [end, start] = [parseCursor(before, order), parseCursor(after, order)]
  const forwards = selectRows(view, where, order, end ? null : start, limit)
  // If less than a part precedes, the list is shown from its beginning.
  const backwards = end ? [selectRows(view, where, turned(order), end, limit)] : []
  // Without this, a limit of 0 would still search for a row.
  const reading = limit > 0 ? [forwards, ...backwards] : []
  const counting = counts ? [countRows(view, restrictions)] : []
  return {
    statements: [...reading, ...counting],
    explain(results) {
      const [first = [], back = []] = results.slice(0, reading.length)
      const isBack = back.length > limit
      const rows = isBack ? back.slice(0, limit).toReversed() : first.slice(0, limit)
      const hasNext = isBack || first.length > limit
      const hasPrevious = isBack || (!end && start !== null)
      const counted = counts ? results.at(-1)?.[0] : undefined
      return {
        rows,
        next: hasNext ? cursorOf(rows.at(-1), order) : null,
        previous: hasPrevious ? cursorOf(rows[0], order) : null,
        sort: order.by === undefined ? null : `${order.descending ? '-' : ''}${order.by}`,
        sorts: orders.flatMap(({ by }) => by ?? []),
        ...(counted && { total: totalOf(counted, rows.length) }),
      }
    },
  }
}

/** Returns the orders that the filters allow; a filter with its own index allows only its own order. */
function ordersOf(
  { order, orders = [] }: View,
  restrictions: readonly Restriction[],
): readonly [Order, ...Order[]] {
  const own = restrictions.find((restriction) => restriction.order)?.order
  return own ? [own] : [order, ...orders]
}

function chooseOrder(orders: readonly [Order, ...Order[]], sort: string | null): Order {
  const descending = sort?.startsWith('-') ?? false
  const order = orders.find(({ by }) => by !== undefined && by === sort?.slice(descending ? 1 : 0))
  return order ? { ...order, descending } : orders[0]
}

function turned(order: Order): Order {
  return { ...order, descending: !order.descending }
}

/** One row more than requested shows whether there is another part. */
function selectRows(
  view: View,
  where: readonly SQL[],
  order: Order,
  from: readonly Key[] | null,
  limit: number,
): SQL {
  const direction = sql.raw(order.descending ? 'DESC' : 'ASC')
  const sorted = order.keys.map((key) => sql`${key} ${direction}`)
  const cursor = order.keys.map((key, index) => sql`${key} AS ${sql.raw(`key_${index}`)}`)
  return sql`SELECT ${view.columns}, ${sql.join(cursor, sql`, `)} FROM ${view.from}
    WHERE ${sql.join([...where, beyond(order, from)], sql` AND `)} ORDER BY ${sql.join(sorted, sql`, `)} LIMIT ${limit + 1}`
}

/** Condition: rows after a place in an order; all rows without a place. */
function beyond(order: Order, from: readonly Key[] | null): SQL {
  const place = from ?? (order.descending ? order.high : order.low)
  const values = place.map((value) => sql`${value}`)
  const [first] = order.keys
  // SQLite uses an index over an expression only with this form.
  const entry =
    order.keys.length > 1 ? sql`${first} ${sql.raw(order.descending ? '<=' : '>=')} ${place[0]} AND ` : sql``
  return sql`${entry}(${sql.join([...order.keys], sql`, `)}) ${sql.raw(order.descending ? '<' : '>')} (${sql.join(values, sql`, `)})`
}

/** Counts among the first rows that an index finds, so that a filter without an index does not read all others. */
function countRows(view: View, restrictions: readonly Restriction[]): SQL {
  const found = restrictions.find(({ isLoose = false }) => !isLoose)
  const others = restrictions.filter((restriction) => restriction !== found).map(({ where }) => where)
  const counts = sql.join([...others, view.where ?? sql`true`], sql` AND `)
  const order = found?.order ?? view.order
  return sql`SELECT count(CASE WHEN counts THEN 1 END) AS matches, count(*) AS looked FROM (SELECT ${counts} AS counts
    FROM ${view.from} WHERE ${found?.where ?? sql`true`} AND ${beyond(order, null)} LIMIT ${COUNTED + 1})`
}

function totalOf({ looked, matches }: Row, shown: number): Total {
  const isExact = Number(looked) <= COUNTED
  return { count: isExact ? Number(matches) : Math.min(Math.max(Number(matches), shown), COUNTED), isExact }
}

const cursorValues = v.pipe(v.string(), v.parseJson(), v.array(v.union([v.string(), v.number()])))

function cursorOf(row: Row | undefined, { keys }: Order): string | null {
  if (!row) return null
  return toBase64url(utf8(JSON.stringify(keys.map((_, index) => row[`key_${index}`] ?? ''))))
}

/** Returns the values of a cursor that belongs to this order, or null. */
function parseCursor(cursor: string | null, { low }: Order): readonly Key[] | null {
  const bytes = cursor === null ? null : fromBase64url(cursor)
  const parsed = bytes ? v.safeParse(cursorValues, new TextDecoder().decode(bytes)) : null
  const fits =
    parsed?.success &&
    parsed.output.length === low.length &&
    parsed.output.every((value, index) => typeof value === typeof low[index])
  return fits ? parsed.output : null
}
