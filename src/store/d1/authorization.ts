import { sql } from 'drizzle-orm'
import type { AuthorizationRecords, ConsentCommit, RequestMark, SessionRule } from '../records.ts'
import type { Store } from '../store.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { saveConsentStatements } from './consents.ts'
import { jsonList, run } from './run.ts'
import { liveSession, type SessionRow, toSession } from './sessions.ts'
import { parseStringList } from './string-list.ts'

interface ConsentRow {
  readonly id: string
  readonly scope: string
  readonly revoked_at: number | null
  readonly targets: string | null
}
interface ScopeRow {
  readonly name: string
  readonly description: string
}

/** What a consent `a` to the client `c` still allows: nothing, if the client has changed how it describes itself since. */
const rememberedScope = sql`CASE WHEN a.updated_at <= c.consents_after THEN '' ELSE a.scope END`

/** See `Store.readAuthorization`. */
export async function readAuthorization(
  db: D1Database,
  { clientId, scopes, sessionId }: Parameters<Store['readAuthorization']>[0],
  rule: SessionRule,
): Promise<AuthorizationRecords> {
  const session = liveSession(sessionId ?? '', rule)
  const [clients, sessions, consents, descriptions] = await run<
    [ClientRow, SessionRow, ConsentRow, ScopeRow]
  >(db, [
    sql`SELECT ${clientColumns} FROM clients c WHERE c.client_id = ${clientId} AND c.disabled_at IS NULL`,
    session,
    sql`SELECT a.id AS id, ${rememberedScope} AS scope, a.revoked_at AS revoked_at, a.targets AS targets
      FROM authorized_clients a JOIN clients c ON c.client_id = a.client_id
      WHERE a.client_id = ${clientId} AND a.user_id = (SELECT s.user_id FROM sessions s WHERE s.id = ${sessionId ?? ''})`,
    sql`SELECT name, description FROM scopes WHERE name IN ${jsonList(scopes)} OR name IN
      (SELECT value FROM json_each((SELECT '["' || replace(c.scope, ' ', '","') || '"]' FROM clients c
        WHERE c.client_id = ${clientId} AND c.scope IS NOT NULL)))`,
  ])
  const [consent] = consents
  return {
    client: clients[0] ? toClient(clients[0]) : null,
    session: toSession(sessions[0]),
    consent: consent
      ? {
          id: consent.id,
          scope: consent.scope,
          withdrawn: consent.revoked_at !== null,
          ...(consent.targets !== null && { targets: parseStringList(consent.targets) }),
        }
      : null,
    scopes: descriptions,
  }
}

/** See `Store.saveConsent`. */
export async function saveConsent(
  db: D1Database,
  consent: ConsentCommit,
  sessionId: string,
  request: RequestMark,
): Promise<void> {
  const may = sql`EXISTS (SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id AND u.is_active = 1
    JOIN clients c ON c.client_id = ${consent.clientId} AND c.disabled_at IS NULL
    WHERE s.id = ${sessionId} AND s.user_id = ${consent.userId} AND s.revoked_at IS NULL AND s.expires_at > ${request.now})`
  await run(db, saveConsentStatements(consent, request, may))
}
