import { sql } from 'drizzle-orm'
import type { DevicePoll, DeviceStore } from '../device-store.ts'
import type { ScopeDescription } from '../records.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import {
  clientGuard,
  hasGrantType,
  proofPlaces,
  proofShape,
  proofTerms,
  proofValues,
  runProven,
} from './client-guard.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { saveConsentStatements } from './consents.ts'
import { parseDetails, resourcesOf } from './grant-rows.ts'
import { columnsOf, jsonList, run } from './run.ts'
import { statement, value } from './run.ts'

interface PollRow {
  readonly expires_at: number
  readonly hurried: number
  readonly user_id: string | null
  readonly consent_id: string | null
  readonly granted_scope: string | null
  readonly auth_time: number | null
  readonly session_id: string | null
  readonly details: string | null
}

interface WaitingRow {
  readonly id: string
  readonly client_id: string
  readonly scope: string
  readonly details: string | null
  readonly created_at: number
  readonly network: string | null
}

/** Seconds by which a device may poll early, as clocks count whole seconds. */
const EARLY = 1
/** Seconds that each early poll adds to the interval (RFC 8628 3.5), and the longest interval. */
const SLOWER = 5
const SLOWEST = 60

/** Creates the storage of the device flow, in D1. */
export function createDeviceStore(db: D1Database): DeviceStore {
  return {
    async start(device, mark) {
      const { expiresAt, grantType, id, interval, proof, resource, scope, userCodeHash } = device
      const details = resource.length === 0 ? null : JSON.stringify({ resource })
      const { key, limit, window } = device.throttle
      const proven = clientGuard(proofTerms(proof, mark.now))
      const may = hasGrantType(sql`${`"${grantType}"`}`)
      const isPublic = sql`EXISTS (SELECT 1 FROM clients c WHERE ${proven} AND c.type = 'public')`
      const within = sql`(c.type <> 'public' OR (SELECT t.count FROM throttle t WHERE t.key = ${key}) <= ${limit})`
      const [counts, clients, scopes, kept] = await runProven<
        [CountRow, ClientRow, ScopeDescription, object]
      >(db, proof, [
        countAttempt(key, window, isPublic, mark),
        sql`SELECT ${clientColumns} FROM clients c WHERE ${proven}`,
        sql`SELECT name, description FROM scopes WHERE name IN ${jsonList(device.scopes)} OR name IN
            (SELECT value FROM json_each((SELECT '["' || replace(c.scope, ' ', '","') || '"]' FROM clients c
              WHERE c.client_id = ${proof.clientId} AND c.scope IS NOT NULL)))`,
        sql`INSERT INTO device_codes (id, user_code_hash, client_id, scope, details, created_at, network, expires_at, interval)
            SELECT ${id}, ${userCodeHash}, c.client_id, ${scope}, ${details}, ${mark.now}, ${mark.network}, ${expiresAt}, ${interval}
            FROM clients c WHERE ${proven} AND ${may} AND ${within}
            ON CONFLICT DO UPDATE SET id = id WHERE id = excluded.id RETURNING id`,
      ])
      const [counted] = counts
      return {
        client: clients[0] ? toClient(clients[0]) : null,
        scopes,
        limitedUntil: counted && counted.count > limit ? counted.reset_at : null,
        isKept: kept.length > 0,
      }
    },
    async poll({ grantType, id, proof }, { id: op, now }) {
      const shape = proofShape(proof)
      const values = { ...proofValues(proof, now), id, op, quotedGrantType: `"${grantType}"` }
      const [[row]] = await runProven<[PollRow]>(db, proof, [
        statement(`poll device ${shape}`, values, () => {
          const early = sql`COALESCE(${value('now')} < d.polled_at + d.interval - ${EARLY}, 0)`
          const again = sql`d.poll_op = ${value('op')}`
          return sql`UPDATE device_codes AS d SET
              interval = CASE WHEN ${again} THEN d.interval WHEN ${early} THEN min(d.interval + ${SLOWER}, ${SLOWEST})
                ELSE d.interval END,
              hurried = CASE WHEN ${again} THEN d.hurried ELSE ${early} END,
              polled_at = ${value('now')}, poll_op = ${value('op')}
            FROM clients c WHERE d.id = ${value('id')} AND d.client_id = c.client_id AND ${clientGuard(proofPlaces(shape))}
              AND ${hasGrantType(value('quotedGrantType'))}
            RETURNING expires_at, hurried, user_id, consent_id, granted_scope, auth_time, session_id, details`
        }),
      ])
      return row ? toPoll(row) : null
    },
    async find({ hashes, keys, limits, window }, mark) {
      const waits = sql`d.user_code_hash IN ${jsonList(hashes)} AND d.user_id IS NULL AND d.expires_at > ${mark.now}`
      const missed = sql`NOT EXISTS (SELECT 1 FROM device_codes d WHERE ${waits})`
      const full = (key: string, limit: number) =>
        sql`SELECT count, reset_at FROM throttle WHERE key = ${key} AND count >= ${limit} AND reset_at > ${mark.now}
          AND op <> ${mark.id}`
      const [accounts, networks, rows] = await run<[CountRow, CountRow, WaitingRow, object, object]>(db, [
        full(keys.account, limits.account),
        full(keys.network, limits.network),
        sql`SELECT ${columnsOf('d', 'id client_id scope details created_at network')}
          FROM device_codes d WHERE ${waits}`,
        countAttempt(keys.account, window, missed, mark),
        countAttempt(keys.network, window, missed, mark),
      ])
      const limited = [...accounts, ...networks].map((count) => count.reset_at)
      const [row] = rows
      return {
        limitedUntil: limited.length > 0 ? Math.max(...limited) : null,
        device:
          row && limited.length === 0
            ? {
                id: row.id,
                clientId: row.client_id,
                scope: row.scope,
                resource: resourcesOf(null, parseDetails(row.details)),
                createdAt: row.created_at,
                network: row.network,
              }
            : null,
      }
    },
    async answer(deviceId, { authTime, id: sessionId, user }, approval, mark) {
      const { consent = null, details = null } = approval ?? {}
      const session = sql`EXISTS (SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id AND u.is_active = 1
        WHERE s.id = ${sessionId} AND s.user_id = ${user.id} AND s.revoked_at IS NULL AND s.expires_at > ${mark.now})`
      const waits = sql`EXISTS (SELECT 1 FROM device_codes d JOIN clients c ON c.client_id = d.client_id
        AND c.disabled_at IS NULL WHERE d.id = ${deviceId} AND d.expires_at > ${mark.now}
        AND (d.user_id IS NULL OR d.poll_op = ${mark.id}))`
      const saving = consent ? saveConsentStatements(consent, mark, sql`${session} AND ${waits}`) : []
      const results = await run<object[]>(db, [
        ...saving,
        sql`UPDATE device_codes SET user_id = ${user.id}, consent_id = ${consent?.id ?? null},
            granted_scope = ${consent?.scope ?? null}, auth_time = ${authTime}, session_id = ${sessionId},
            details = ${details && JSON.stringify(details)}, poll_op = ${mark.id}
          WHERE id = ${deviceId} AND ${session} AND ${waits} RETURNING id`,
      ])
      return (results.at(-1)?.length ?? 0) > 0
    },
    async expire(before, limit) {
      const [rows] = await run<[object]>(db, [
        sql`DELETE FROM device_codes WHERE id IN
          (SELECT id FROM device_codes WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit}) RETURNING id`,
      ])
      return rows.length
    },
  }
}

function toPoll(row: PollRow): DevicePoll {
  const { auth_time, consent_id, details, expires_at, granted_scope, hurried, session_id, user_id } = row
  const isGranted = consent_id !== null && granted_scope !== null && auth_time !== null && session_id !== null
  return {
    expiresAt: expires_at,
    isHurried: hurried === 1,
    answer:
      user_id === null
        ? null
        : isGranted
          ? {
              kind: 'approved',
              userId: user_id,
              consentId: consent_id,
              scope: granted_scope,
              authTime: auth_time,
              sessionId: session_id,
              details: parseDetails(details),
            }
          : { kind: 'denied' },
  }
}
