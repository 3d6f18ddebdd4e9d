import { sql, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import { fromBase64url, toBase64url, utf8 } from '../../../crypto/bytes.ts'
import type { AdminRecord, BrowseAdmin, BrowseQuery, Listing, RecordValue } from '../../browse.ts'
import { countActivityStatement, listActivity } from '../activity.ts'
import { parseMetadata } from '../client-rows.ts'
import { run } from '../run.ts'
import { parseStringList } from '../string-list.ts'
import { passwordStatement, refusalStatements } from './notes.ts'
import { type Order, type View, views } from './views.ts'

type Row = Readonly<Record<string, string | number | null>>

/** See `BrowseAdmin`. */
export function browseAdmin(db: D1Database): BrowseAdmin {
  return {
    async browse(kind, query, now) {
      const view = views(now)[kind]
      const { order, statement } = listStatement(view, query)
      const [rows] = await run<[Row]>(db, [statement])
      return toListing(view, order, rows, query.limit)
    },
    async readRecord(kind, id, now) {
      const view = views(now)[kind]
      const [rows] = await run<[Row]>(db, [
        sql`SELECT ${view.columns} FROM ${view.from} WHERE ${view.id} = ${id} AND ${view.byId?.(id) ?? sql`true`}
          AND ${view.where ?? sql`true`}`,
      ])
      return rows[0] ? toRecord(view, rows[0]) : null
    },
    async countHanging(of) {
      const column = sql.raw('clientId' in of ? 'client_id' : 'user_id')
      const value = 'clientId' in of ? of.clientId : of.userId
      const [rows] = await run<[{ consents: number; grants: number; access_tokens: number }]>(db, [
        sql`SELECT ${countRows('authorized_clients', sql`${column} = ${value}`)} AS consents,
          ${countRows('grants', sql`${column} = ${value}`)} AS grants,
          ${countRows('grants', sql`${column} = ${value} AND access_expires_at IS NOT NULL`)} AS access_tokens`,
      ])
      const [{ access_tokens: accessTokens, consents, grants } = NOTHING] = rows
      return { accessTokens, consents, grants }
    },
    async noteRefusal(refusal, mark) {
      await run(db, refusalStatements(refusal, mark))
    },
    async notePassword(refusal, once, mark) {
      await run(db, [passwordStatement(refusal, once, mark)])
    },
    async countActivity(kind, now) {
      await run(db, [countActivityStatement(kind, now, sql`true`)])
    },
    listActivity: (since) => listActivity(db, since),
  }
}

/** Rows of a table, up to 1,000: enough to know what is at stake. */
function countRows(table: string, where: SQL): SQL {
  return sql`(SELECT count(*) FROM (SELECT 1 FROM ${sql.raw(table)} WHERE ${where} LIMIT 1000))`
}

const NOTHING = { access_tokens: 0, consents: 0, grants: 0 }

/** One row more than is asked for tells whether there is a next part. */
function listStatement(
  view: View,
  { after, filters, limit }: BrowseQuery,
): { readonly order: Order; readonly statement: SQL } {
  const restrictions = Object.entries(view.filters).flatMap(([name, restrict]) => {
    const value = Object.hasOwn(filters, name) ? filters[name] : undefined
    return value === undefined || value === '' ? [] : [restrict(value)]
  })
  const order = restrictions.find((restriction) => restriction.order)?.order ?? view.order
  const from = parseCursor(after, order)
  const keys = sql.join([...order.keys], sql`, `)
  const values = sql.join(
    from.map((value) => sql`${value}`),
    sql`, `,
  )
  const conditions = [
    ...restrictions.map(({ where }) => where),
    view.where ?? sql`true`,
    sql`(${keys}) ${sql.raw(order.descending ? '<' : '>')} (${values})`,
  ]
  const direction = sql.raw(order.descending ? 'DESC' : 'ASC')
  const sorted = order.keys.map((key) => sql`${key} ${direction}`)
  const cursor = order.keys.map((key, index) => sql`${key} AS ${sql.raw(`key_${index}`)}`)
  return {
    order,
    statement: sql`SELECT ${view.columns}, ${sql.join(cursor, sql`, `)} FROM ${view.from}
      WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${sql.join(sorted, sql`, `)} LIMIT ${limit + 1}`,
  }
}

function toListing(view: View, order: Order, rows: readonly Row[], limit: number): Listing {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    records: rows.slice(0, limit).map((row) => toRecord(view, row)),
    next: last ? writeCursor(order.keys.map((_, index) => last[`key_${index}`] ?? '')) : null,
  }
}

function toRecord({ flags = [], lists = [], members }: View, row: Row): AdminRecord {
  const entries = Object.entries(row).filter(([name]) => !name.startsWith('key_') && name !== members)
  const columns = Object.fromEntries(
    entries.map(([name, value]): [string, RecordValue] => {
      if (flags.includes(name)) return [name, value === 1]
      return [name, lists.includes(name) ? parseStringList(String(value)) : value]
    }),
  )
  return members === undefined ? columns : { ...parseMetadata(String(row[members])), ...columns }
}

const cursorValues = v.pipe(v.string(), v.parseJson(), v.array(v.union([v.string(), v.number()])))

function writeCursor(values: readonly (string | number)[]): string {
  return toBase64url(utf8(JSON.stringify(values)))
}

/** The values of a cursor that belongs to this order; else where the list begins. */
function parseCursor(after: string | null, order: Order): readonly (string | number)[] {
  const bytes = after === null ? null : fromBase64url(after)
  const parsed = bytes ? v.safeParse(cursorValues, new TextDecoder().decode(bytes)) : null
  const fits =
    parsed?.success &&
    parsed.output.length === order.start.length &&
    parsed.output.every((value, index) => typeof value === typeof order.start[index])
  return fits ? parsed.output : order.start
}
