import { sql } from 'drizzle-orm'
import type { PushedRequestStore } from '../pushed-request-store.ts'
import type { ScopeDescription } from '../records.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import { clientGuard, proofTerms, runProven } from './client-guard.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { jsonList, run } from './run.ts'

interface PushedRow {
  readonly client_id: string
  readonly sealed: string
  readonly expires_at: number
  readonly answered: number
}

/** Creates the storage of pushed authorization requests, in D1. */
export function createPushedRequestStore(db: D1Database): PushedRequestStore {
  return {
    async push({ expiresAt, id, proof, scopes, sealed, throttle }, mark) {
      const { key, limit, window } = throttle
      const proven = clientGuard(proofTerms(proof, mark.now))
      const isPublic = sql`EXISTS (SELECT 1 FROM clients c WHERE ${proven} AND c.type = 'public')`
      const within = sql`(c.type <> 'public' OR (SELECT t.count FROM throttle t WHERE t.key = ${key}) <= ${limit})`
      const [counts, clients, descriptions] = await runProven<
        [CountRow, ClientRow, ScopeDescription, object]
      >(db, proof, [
        countAttempt(key, window, isPublic, mark),
        sql`SELECT ${clientColumns} FROM clients c WHERE ${proven}`,
        sql`SELECT name, description FROM scopes WHERE name IN ${jsonList(scopes)} OR name IN
          (SELECT value FROM json_each((SELECT '["' || replace(c.scope, ' ', '","') || '"]' FROM clients c
            WHERE c.client_id = ${proof.clientId} AND c.scope IS NOT NULL)))`,
        sql`INSERT INTO pushed_requests (id, client_id, sealed, expires_at)
          SELECT ${id}, c.client_id, ${sealed}, ${expiresAt} FROM clients c WHERE ${proven} AND ${within}
          ON CONFLICT DO NOTHING`,
      ])
      const [counted] = counts
      return {
        client: clients[0] ? toClient(clients[0]) : null,
        scopes: descriptions,
        limitedUntil: counted && counted.count > limit ? counted.reset_at : null,
      }
    },
    async read(id) {
      const [[row]] = await run<[PushedRow]>(db, [
        sql`SELECT client_id, sealed, expires_at, answered_by IS NOT NULL AS answered FROM pushed_requests WHERE id = ${id}`,
      ])
      return row
        ? {
            clientId: row.client_id,
            sealed: row.sealed,
            expiresAt: row.expires_at,
            answered: row.answered === 1,
          }
        : null
    },
    async answer(id, visit) {
      const [rows] = await run<[object]>(db, [
        sql`UPDATE pushed_requests SET answered_by = ${visit}
          WHERE id = ${id} AND (answered_by IS NULL OR answered_by = ${visit}) RETURNING id`,
      ])
      return rows.length > 0
    },
    async expire(before, limit) {
      const [rows] = await run<[object]>(db, [
        sql`DELETE FROM pushed_requests WHERE id IN
          (SELECT id FROM pushed_requests WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit}) RETURNING id`,
      ])
      return rows.length
    },
  }
}
