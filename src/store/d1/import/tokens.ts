import { sql, type SQL } from 'drizzle-orm'
import type {
  ImportedAccessToken,
  ImportedConsent,
  ImportedRefreshToken,
  ImportMode,
  ImportOutcome,
  UserReference,
} from '../../import-store.ts'
import { importRecords, incoming } from './incoming.ts'

/** Why a grant waits: the access token that says its scope has not been imported yet. */
const WAITING = 'importing'

const OWNER_FIELDS = ['clientId', 'clientAssumed', 'user', 'userAssumed', 'user.userId', 'user.nameId']

/** The id of the user that the incoming record `i` speaks of; NULL where there is none. */
const userId = sql`COALESCE((SELECT x.id FROM users x WHERE x.id = i."user.userId"),
  (SELECT x.id FROM imported_records r JOIN users x ON x.id = r.id WHERE r.name_id = i."user.nameId"))`
const noUser = sql`(i.user IS NOT NULL AND ${userId} IS NULL AND NOT i.userAssumed)`
const noClient = sql`(NOT i.clientAssumed AND NOT EXISTS (SELECT 1 FROM clients c WHERE c.client_id = i.clientId))`
/** An import brings nothing back that its user has ended here. */
const ended = sql`(EXISTS (SELECT 1 FROM authorized_clients a
    WHERE a.user_id = ${userId} AND a.client_id = i.clientId AND a.revoked_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM users x WHERE x.id = ${userId} AND x.password_changed_at > x.created_at))`
const refused = sql`WHEN ${noClient} THEN 'no client' WHEN ${noUser} THEN 'no user' WHEN ${ended} THEN 'ended'`
const may = sql`NOT ${noClient} AND NOT ${noUser} AND NOT ${ended}`

/** See `ImportStore.importConsents`. */
export async function importConsents(
  db: D1Database,
  consents: readonly ImportedConsent[],
  mode: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const records = incoming(consents, [...OWNER_FIELDS, 'id', 'scope', 'authorizedAt'])
  const outcomes = sql`SELECT i.n AS n, CASE WHEN EXISTS (SELECT 1 FROM authorized_clients a
        WHERE a.user_id = ${userId} AND a.client_id = i.clientId AND a.revoked_at IS NULL) THEN 'same'
      ${refused} ELSE 'created' END AS outcome FROM ${records} i`
  const insert = sql`INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
    SELECT ${userId}, i.clientId, i.id, i.scope, i.authorizedAt, i.authorizedAt FROM ${records} i WHERE ${may}
    ON CONFLICT DO NOTHING`
  return importRecords(db, { count: consents.length, what: 'consents' }, outcomes, [insert], mode)
}

/** The grant of the incoming refresh token `i` is here. */
const grantHere = (condition: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM grants g WHERE g.id = i.grantId AND ${condition})`

/** See `ImportStore.importRefreshTokens`. A grant that waits counts as revoked, so that an import that breaks off leaves none alive. */
export async function importRefreshTokens(
  db: D1Database,
  tokens: readonly ImportedRefreshToken[],
  mode: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const { now } = mode.mark
  const records = incoming(tokens, [...OWNER_FIELDS, 'grantId', 'accessToken', 'createdAt', 'expiresAt'])
  // In the second look a grant that waits is what this batch has made; in the first, what another import has left.
  const outcomes = sql`SELECT i.n AS n, CASE WHEN ${grantHere(sql`g.revoke_reason IS NOT ${WAITING}`)} THEN 'same'
      ${refused} WHEN ${grantHere(sql`g.revoked_at = ${now}`)} THEN 'same' ELSE 'created' END AS outcome FROM ${records} i`
  const writes = [
    sql`DELETE FROM grants WHERE revoke_reason = ${WAITING} AND id IN (SELECT i.grantId FROM ${records} i)`,
    sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, code_id, refresh_expires_at, expires_at,
        created_at, revoked_at, revoke_reason)
      SELECT i.grantId, ${userId}, i.clientId, 'imported', '', i.createdAt, i.accessToken, i.expiresAt, i.expiresAt,
        i.createdAt, ${now}, ${WAITING} FROM ${records} i WHERE ${userId} IS NOT NULL AND ${may} ON CONFLICT DO NOTHING`,
  ]
  return importRecords(db, { count: tokens.length, what: 'refresh tokens' }, outcomes, writes, mode)
}

/** See `ImportStore.importAccessTokens`. */
export async function importAccessTokens(
  db: D1Database,
  tokens: readonly ImportedAccessToken[],
  mode: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const { now } = mode.mark
  const fields = [...OWNER_FIELDS, 'id', 'name', 'grantId', 'scope', 'createdAt', 'expiresAt']
  const records = incoming(tokens, fields)
  // Its grant is here and does not wait, but the token is not: it was ended here, and must not come back.
  const dead = sql`EXISTS (SELECT 1 FROM grants g WHERE g.code_id = i.name AND g.revoke_reason IS NOT ${WAITING})`
  const outcomes = sql`SELECT i.n AS n, CASE WHEN EXISTS (SELECT 1 FROM access_tokens t WHERE t.id = i.id) THEN 'same'
      WHEN i.expiresAt <= ${now} THEN 'expired' ${refused} WHEN ${dead} THEN 'ended' ELSE 'created' END AS outcome
    FROM ${records} i`
  const takes = sql`i.expiresAt > ${now} AND ${may} AND NOT ${dead}`
  const writes = [
    sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, code_id, expires_at, created_at, revoked_at,
        revoke_reason)
      SELECT i.grantId, ${userId}, i.clientId, 'imported', '', i.createdAt, i.name, i.expiresAt, i.createdAt, ${now}, ${WAITING}
      FROM ${records} i WHERE ${userId} IS NOT NULL AND ${takes} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO access_tokens (id, grant_id, client_id, scope, created_at, expires_at)
      SELECT i.id, (SELECT g.id FROM grants g WHERE g.code_id = i.name), i.clientId, i.scope, i.createdAt, i.expiresAt
      FROM ${records} i WHERE ${takes} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
      SELECT g.user_id, g.client_id, i.grantId, i.scope, g.created_at, g.created_at
      FROM ${records} i CROSS JOIN grants g ON g.code_id = i.name WHERE g.revoke_reason = ${WAITING} ON CONFLICT DO NOTHING`,
    // An update, from the records on: SQLite would rather scan the grants in an UPDATE with FROM.
    sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, expires_at, created_at)
      SELECT g.id, g.user_id, g.client_id, g.grant_type, i.scope, g.auth_time, max(g.expires_at, i.expiresAt), g.created_at
      FROM ${records} i CROSS JOIN grants g ON g.code_id = i.name WHERE g.revoke_reason = ${WAITING}
      ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, expires_at = excluded.expires_at, revoked_at = NULL,
        revoke_reason = NULL`,
  ]
  return importRecords(db, { count: tokens.length, what: 'access tokens' }, outcomes, writes, mode)
}

/** Removes some of the grants that wait. */
export function removeWaiting(limit: number): SQL {
  return sql`DELETE FROM grants WHERE id IN (SELECT g.id FROM grants g WHERE g.revoke_reason = ${WAITING}
    AND g.revoked_at IS NOT NULL LIMIT ${limit}) RETURNING code_id AS name`
}

/** Sets the owner of a client that has none. */
export function setOwner(clientId: string, owner: UserReference): SQL {
  const id =
    'userId' in owner
      ? sql`${owner.userId}`
      : sql`(SELECT r.id FROM imported_records r WHERE r.name_id = ${owner.nameId})`
  return sql`UPDATE clients SET owner_id = (SELECT u.id FROM users u WHERE u.id = ${id})
    WHERE client_id = ${clientId} AND owner_id IS NULL`
}
