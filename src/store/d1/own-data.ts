import { sql, type SQL } from 'drizzle-orm'
import type { OwnDataStore } from '../own-data-store.ts'
import type { JsonObject } from '../records.ts'
import { auditStatement } from './audit.ts'
import { columnsOf, run } from './run.ts'
import { liveSession, type SessionRow, toSession } from './sessions.ts'
import { deleteUserStatements, endSignIns } from './user-endings.ts'

interface EventRow {
  readonly at: number
  readonly type: string
  readonly own: number
  readonly network: string | null
  readonly client_name: string | null
}

/** The most events of a user that a file contains. */
const MOST_EVENTS = 2000

/** Everything that is stored about a user: the name of each list, and what it reads. Hashes and sealed secrets are excluded. */
const LISTS: Readonly<Record<string, (userId: SQL) => SQL>> = {
  account: (id) =>
    sql`SELECT ${columnsOf(
      'u',
      `id username email email_verified_at profile is_staff created_at password_changed_at
    last_sign_in_at second_factor_at`,
    )} FROM users u WHERE u.id = ${id}`,
  sign_ins: (
    id,
  ) => sql`SELECT ${columnsOf('s', 'auth_time last_seen_at expires_at')}, s.revoked_at AS ended_at,
    s.user_agent AS browser, ${columnsOf('s', 'network place amr')} FROM sessions s WHERE s.user_id = ${id}`,
  passkeys: (id) => sql`SELECT ${columnsOf('p', 'name synced created_at last_used_at')}
    FROM passkeys p WHERE p.user_id = ${id}`,
  linked_accounts: (
    id,
  ) => sql`SELECT l.provider_id AS provider, ${columnsOf('l', 'issuer subject label linked_at last_used_at')}
    FROM linked_accounts l WHERE l.user_id = ${id}`,
  remembered_browsers: (
    id,
  ) => sql`SELECT r.user_agent AS browser, r.created_at AS created_at, r.expires_at AS expires_at
    FROM remembered_browsers r WHERE r.user_id = ${id}`,
  consents: (
    id,
  ) => sql`SELECT a.client_id AS client_id, c.name AS client, a.scope AS scope, a.authorized_at AS authorized_at,
    a.revoked_at AS withdrawn_at FROM authorized_clients a LEFT JOIN clients c ON c.client_id = a.client_id WHERE a.user_id = ${id}`,
  grants: (
    id,
  ) => sql`SELECT ${columnsOf('g', 'client_id grant_type scope created_at refreshed_at revoked_at')}
    FROM grants g WHERE g.user_id = ${id}`,
  events: (id) => sql`SELECT e.at AS at, e.type AS type, e.actor = e.user_id AS own, e.client_id AS client_id,
      CASE WHEN e.actor IS e.user_id THEN e.network END AS network
    FROM audit_events e WHERE e.user_id = ${id} ORDER BY e.at DESC LIMIT ${MOST_EVENTS}`,
}

/** Creates the storage of what people may see of their own data, in D1. */
export function createOwnDataStore(db: D1Database): OwnDataStore {
  return {
    async readActivity(sessionId, rule, most) {
      const live = liveSession(sessionId, rule)
      const [[row], events] = await run<[SessionRow, EventRow]>(db, [
        live,
        sql`SELECT e.at AS at, e.type AS type, e.actor IS e.user_id AS own,
          CASE WHEN e.actor IS e.user_id THEN e.network END AS network, c.name AS client_name
          FROM audit_events e LEFT JOIN clients c ON c.client_id = e.client_id
          WHERE e.user_id = (SELECT l.user_id FROM (${live}) l) ORDER BY e.at DESC, e.id DESC LIMIT ${most}`,
      ])
      const session = toSession(row)
      if (!session) return null
      return {
        session,
        events: events.map((event) => ({
          at: event.at,
          type: event.type,
          own: event.own === 1,
          network: event.network,
          clientName: event.client_name,
        })),
      }
    },
    async readEverything(sessionId, rule) {
      const live = liveSession(sessionId, rule)
      const owner = sql`(SELECT l.user_id FROM (${live}) l)`
      const [sessions, ...lists] = await run<JsonObject[]>(db, [
        live,
        ...Object.values(LISTS).map((read) => read(owner)),
      ])
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the first statement is that of a session
      const session = toSession(sessions?.[0] as SessionRow | undefined)
      if (!session) return null
      return {
        session,
        data: Object.fromEntries(Object.keys(LISTS).map((name, index) => [name, lists[index] ?? []])),
      }
    },
    async askDeletion(userId, deletionAt, request) {
      const asks = sql`u.id = ${userId} AND u.is_active = 1 AND u.deletion_at IS NULL`
      await run(db, [
        auditStatement(
          { type: 'deletion_asked', actor: userId, userId },
          request,
          sql`FROM users u WHERE ${asks}`,
        ),
        ...endSignIns(asks, 'deletion_asked', request),
        sql`UPDATE users AS u SET deletion_at = ${deletionAt}, codes_after = ${request.now} WHERE ${asks}`,
      ])
    },
    async listDue(now, limit) {
      const [rows] = await run<[{ readonly id: string }]>(db, [
        sql`SELECT u.id AS id FROM users u WHERE u.deletion_at IS NOT NULL AND u.deletion_at <= ${now}
          ORDER BY u.deletion_at LIMIT ${limit}`,
      ])
      return rows.map(({ id }) => id)
    },
    async deleteDue(userId, request) {
      // Each statement checks again, so that a user who signs in first keeps the account.
      const due = sql`u.id = ${userId} AND u.deletion_at <= ${request.now}`
      const statements = deleteUserStatements(due, { ...request, actor: userId })
      const results = await run<{ written: number }[]>(db, statements)
      return results.at(-1)?.[0]?.written === 1
    },
  }
}
