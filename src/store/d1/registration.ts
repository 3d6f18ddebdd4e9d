import { sql } from 'drizzle-orm'
import type { RegistrationStore } from '../registration-store.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import { auditWritten } from './audit.ts'
import { type ClientRecordRow, recordColumns, toRecord } from './client-records.ts'
import { createStatements, type WrittenRow } from './new-clients.ts'
import { jsonList, run } from './run.ts'
import { forgetStatements } from './unused-clients.ts'

/** Creates the storage of clients that register themselves, in D1. */
export function createRegistrationStore(db: D1Database): RegistrationStore {
  return {
    async register({ limit, throttleKey, tokenId, window, ...client }, mark) {
      const within = sql`(SELECT t.count FROM throttle t WHERE t.key = ${throttleKey}) <= ${limit}`
      const [counts, , , , , rows] = await run<[CountRow, object, object, object, object, WrittenRow]>(db, [
        countAttempt(throttleKey, window, sql`1`, mark),
        ...createStatements(client, mark, within),
        sql`INSERT INTO client_registrations (client_id, token_id, created_at, network)
          SELECT ${client.clientId}, ${tokenId}, ${mark.now}, ${mark.network}
          WHERE ${auditWritten('client_created', mark)} ON CONFLICT DO NOTHING`,
      ])
      const [made] = rows
      return made?.written
        ? { kind: 'registered', client: toRecord(made) }
        : { kind: 'limited', resetAt: counts[0]?.reset_at ?? mark.now }
    },
    async readRegistration(clientId, tokenId) {
      const [rows] = await run<[ClientRecordRow]>(db, [
        sql`SELECT ${recordColumns} FROM clients c JOIN client_registrations g ON g.client_id = c.client_id
          WHERE c.client_id = ${clientId} AND g.token_id = ${tokenId} AND c.disabled_at IS NULL`,
      ])
      return rows[0] ? toRecord(rows[0]) : null
    },
    async isKnown(clientId) {
      const [rows] = await run<[object]>(db, [sql`SELECT 1 FROM clients c WHERE c.client_id = ${clientId}`])
      return rows.length > 0
    },
    async readScopes(names) {
      const [rows] = await run<[{ readonly name: string }]>(db, [
        sql`SELECT s.name AS name FROM scopes s WHERE s.name IN ${jsonList(names)}`,
      ])
      return rows.map(({ name }) => name)
    },
    async expireUnused(before, limit, now) {
      const due = sql`(SELECT g.client_id FROM client_registrations g WHERE g.used_at IS NULL AND g.created_at < ${before}
        ORDER BY g.created_at LIMIT ${limit})`
      const results = await run<object[]>(db, forgetStatements(sql`client_registrations`, due, now))
      return results.at(-1)?.length ?? 0
    },
  }
}
