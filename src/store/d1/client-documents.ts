import { sql, type SQL } from 'drizzle-orm'
import type { ClientDocumentStore, GoodDocument } from '../client-document-store.ts'
import type { RequestMark } from '../records.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import { columnsOf, run } from './run.ts'
import { forgetStatements } from './unused-clients.ts'

/** The most unused addresses that are kept, as anybody can make up any number of them. */
const MAX_UNUSED = 1000
/** How many of the surplus are deleted with each new one. */
const FORGOTTEN_AT_ONCE = 10

const documents = sql`client_documents`

interface DocumentRow {
  readonly registered: number
  readonly fetched_at: number | null
  readonly expires_at: number | null
  readonly tried_at: number | null
}

/** Creates the storage of clients that a document describes, in D1. */
export function createClientDocumentStore(db: D1Database): ClientDocumentStore {
  return {
    async readDocument({ clientId, maxStale, retryAfter, throttleKey, window }, request) {
      const isSettled = sql`(${isRegistered(clientId)} OR EXISTS (SELECT 1 FROM client_documents d WHERE d.client_id = ${clientId}
        AND (d.expires_at > ${request.now} OR (d.expires_at > ${request.now - maxStale} AND d.tried_at > ${request.now - retryAfter}))))`
      const [counts, rows] = await run<[CountRow, DocumentRow]>(db, [
        countAttempt(throttleKey, window, sql`NOT ${isSettled}`, request),
        sql`SELECT ${isRegistered(clientId)} AS registered, ${columnsOf('d', 'fetched_at expires_at tried_at')}
          FROM (SELECT 1) LEFT JOIN client_documents d ON d.client_id = ${clientId}`,
      ])
      const [row] = rows
      return {
        isRegistered: row?.registered === 1,
        document:
          row && row.tried_at !== null
            ? { fetchedAt: row.fetched_at, expiresAt: row.expires_at ?? 0, triedAt: row.tried_at }
            : null,
        attempts: counts[0]?.count ?? 0,
        resetAt: counts[0]?.reset_at ?? request.now,
      }
    },
    async saveDocument(document, request) {
      await run(db, [
        ...saveStatements(document, request),
        ...forgetStatements(documents, beyond, request.now),
      ])
    },
    async noteProblem(clientId, problem, request) {
      await run(db, [
        sql`INSERT INTO client_documents (client_id, expires_at, tried_at, problem, created_at, op)
          SELECT ${clientId}, 0, ${request.now}, ${problem}, ${request.now}, ${request.id} WHERE NOT ${isRegistered(clientId)}
          ON CONFLICT (client_id) DO UPDATE SET tried_at = excluded.tried_at, problem = excluded.problem, op = excluded.op
            WHERE client_documents.tried_at <= excluded.tried_at`,
        ...forgetStatements(documents, beyond, request.now),
      ])
    },
    async forgetUnused(before, limit, now) {
      const due = sql`(SELECT d.client_id FROM client_documents d WHERE d.used_at IS NULL AND d.tried_at < ${before} AND ${notStopped}
        ORDER BY d.tried_at LIMIT ${limit})`
      return (await run<object[]>(db, forgetStatements(documents, due, now))).at(-1)?.length ?? 0
    },
  }
}

/** Condition: somebody has registered a client under the id, so that no document describes it. */
function isRegistered(clientId: string): SQL {
  return sql`(EXISTS (SELECT 1 FROM clients c WHERE c.client_id = ${clientId})
    AND NOT EXISTS (SELECT 1 FROM client_documents k WHERE k.client_id = ${clientId}))`
}

/** The document's own row decides: the request that writes it also writes the client, and finds it when sent again. */
function saveStatements(
  { clientId, expiresAt, metadata, notes, text }: GoodDocument,
  { id, now }: RequestMark,
): SQL[] {
  const mine = sql`EXISTS (SELECT 1 FROM client_documents d WHERE d.client_id = ${clientId} AND d.op = ${id})`
  const uris = JSON.stringify(metadata.redirectUris)
  const sameUris = sql`((SELECT json_group_array(r.uri ORDER BY r.position) FROM client_redirect_uris r
    WHERE r.client_id = ${clientId}) = ${uris})`
  return [
    sql`INSERT INTO client_documents (client_id, document, fetched_at, expires_at, tried_at, notes, created_at, op)
      SELECT ${clientId}, ${text}, ${now}, ${expiresAt}, ${now}, ${JSON.stringify(notes)}, ${now}, ${id}
      WHERE NOT ${isRegistered(clientId)}
      ON CONFLICT (client_id) DO UPDATE SET document = excluded.document, fetched_at = excluded.fetched_at,
        expires_at = excluded.expires_at, tried_at = excluded.tried_at, problem = NULL, notes = excluded.notes, op = excluded.op
        WHERE client_documents.tried_at <= excluded.tried_at`,
    sql`INSERT INTO clients (client_id, type, name, url, grant_types, response_types, scope, require_pkce, metadata, created_at, updated_at)
      SELECT ${clientId}, ${metadata.type}, ${metadata.name}, ${metadata.url}, ${JSON.stringify(metadata.grantTypes)},
        ${JSON.stringify(metadata.responseTypes)}, NULL, true, ${JSON.stringify(metadata.metadata)}, ${now}, ${now} WHERE ${mine}
      ON CONFLICT (client_id) DO UPDATE SET type = excluded.type, name = excluded.name, url = excluded.url,
        grant_types = excluded.grant_types, response_types = excluded.response_types, metadata = excluded.metadata,
        consents_after = CASE WHEN name = excluded.name AND url IS excluded.url AND ${sameUris} THEN consents_after ELSE ${now} END,
        updated_at = max(${now}, updated_at + 1)
        WHERE NOT (type = excluded.type AND name = excluded.name AND url IS excluded.url AND grant_types = excluded.grant_types
          AND response_types = excluded.response_types AND metadata = excluded.metadata AND ${sameUris})`,
    sql`DELETE FROM client_redirect_uris WHERE client_id = ${clientId} AND ${mine} AND NOT ${sameUris}`,
    sql`INSERT INTO client_redirect_uris (client_id, uri, position)
      SELECT ${clientId}, j.value, j.key FROM json_each(${uris}) j WHERE ${mine} ON CONFLICT DO NOTHING`,
  ]
}

/** Condition: staff have not disabled the client of a document `d`, or it would come back enabled. */
const notStopped = sql`NOT EXISTS (SELECT 1 FROM clients o WHERE o.client_id = d.client_id AND o.disabled_at IS NOT NULL)`

/** The oldest addresses beyond the limit. */
const beyond = sql`(SELECT d.client_id FROM client_documents d WHERE d.used_at IS NULL AND ${notStopped} ORDER BY d.tried_at DESC
  LIMIT ${FORGOTTEN_AT_ONCE} OFFSET ${MAX_UNUSED})`
