import { sql, type SQL } from 'drizzle-orm'
import type { AdminRecord, BrowseAdmin, RecordValue } from '../../browse.ts'
import { listActivity } from '../activity.ts'
import { parseMetadata } from '../client-rows.ts'
import { run } from '../run.ts'
import { parseStringList } from '../string-list.ts'
import { planList, type Row } from './lists.ts'
import { type View, views } from './views.ts'

/** See `BrowseAdmin`. */
export function browseAdmin(db: D1Database): BrowseAdmin {
  return {
    async browse(kind, query, now) {
      const view = views(now)[kind]
      const { explain, statements } = planList(view, query)
      const { rows, ...part } = explain(await run<Row[]>(db, statements))
      return { records: rows.map((row) => toRecord(view, row)), ...part }
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
    listActivity: (since) => listActivity(db, since),
  }
}

/** Counts rows of a table, up to 1,000. */
function countRows(table: string, where: SQL): SQL {
  return sql`(SELECT count(*) FROM (SELECT 1 FROM ${sql.raw(table)} WHERE ${where} LIMIT 1000))`
}

const NOTHING = { access_tokens: 0, consents: 0, grants: 0 }

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
