import { sql } from 'drizzle-orm'
import type { UpkeepStore } from '../upkeep-store.ts'
import { addUpActivity, countActivityStatement } from './activity.ts'
import { type ClientRecordRow, recordColumns, toRecord } from './client-records.ts'
import { passwordStatement, refusalStatements } from './notes.ts'
import { purge } from './purge.ts'
import { jsonList, run } from './run.ts'

/**
 * What every provider keeps up in D1.
 * @param db the D1 database, migrated
 */
export function createUpkeepStore(db: D1Database): UpkeepStore {
  return {
    async readClient(clientId) {
      const [rows] = await run<[ClientRecordRow]>(db, [
        sql`SELECT ${recordColumns} FROM clients c WHERE c.client_id = ${clientId}`,
      ])
      return rows[0] ? toRecord(rows[0]) : null
    },
    async findScopes(names) {
      const [rows] = await run<[{ readonly name: string }]>(db, [
        sql`SELECT name FROM scopes WHERE name IN ${jsonList(names)}`,
      ])
      return rows.map(({ name }) => name)
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
    addUpActivity: (now) => addUpActivity(db, now),
    purge: (limit, now) => purge(db, limit, now),
    async listWithoutSkeleton(limit) {
      const [rows] = await run<[{ id: string; username: string }]>(db, [
        sql`SELECT id, username FROM users WHERE username_skeleton IS NULL LIMIT ${limit}`,
      ])
      return rows
    },
    async saveSkeletons(skeletons) {
      const given = sql`json_each(${JSON.stringify(skeletons)})`
      await run(db, [
        sql`UPDATE users SET username_skeleton = s.value ->> 'skeleton' FROM ${given} s
          WHERE users.id = s.value ->> 'id' AND users.username_skeleton IS NULL`,
      ])
    },
  }
}
