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
import { wasBrought } from './records.ts'

/**
 * The revoke reason of a waiting grant, whose access token, which determines its scope, has not been imported yet. Its key
 * also begins with this reason, followed by the alias of the token that creates the grant, which contains no line feed, and
 * the name of that access token.
 */
const WAITING = 'importing'
const restOfKey = sql`substr(g.single_key, ${WAITING.length + 2})`
/** The access token in the key of the waiting grant `g`. */
const waiting = {
  alias: sql`substr(${restOfKey}, 1, instr(${restOfKey}, char(10)) - 1)`,
  name: sql`substr(${restOfKey}, instr(${restOfKey}, char(10)) + 1)`,
}

const OWNER_FIELDS = ['clientId', 'clientAssumed', 'user', 'userAssumed', 'user.userId', 'user.nameId']

/** The id of the user of the incoming record `i`; NULL if there is none. */
const userId = sql`COALESCE((SELECT x.id FROM users x WHERE x.id = i."user.userId"),
  (SELECT x.id FROM imported_records r JOIN users x ON x.id = r.id WHERE r.name_id = i."user.nameId"))`
const noUser = sql`(i.user IS NOT NULL AND ${userId} IS NULL AND NOT i.userAssumed)`
const noClient = sql`(NOT i.clientAssumed AND NOT EXISTS (SELECT 1 FROM clients c WHERE c.client_id = i.clientId))`
/** Condition: the user has ended it here, so no import may bring it back. */
const ended = sql`(EXISTS (SELECT 1 FROM authorized_clients a
    WHERE a.user_id = ${userId} AND a.client_id = i.clientId AND a.revoked_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM users x WHERE x.id = ${userId} AND x.password_changed_at > x.created_at))`
const refused = sql`WHEN ${noClient} THEN 'no client' WHEN ${noUser} THEN 'no user' WHEN ${ended} THEN 'ended'`
const may = sql`NOT ${noClient} AND NOT ${noUser} AND NOT ${ended}`

/** Condition: an earlier import has activated the token of the incoming record `i`. */
const deletedHere = ({ restore }: ImportMode): SQL => (restore ? sql`false` : wasBrought(sql`i.alias`))

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

/** Condition: the grant exists that the alias in a column of the incoming record `i` refers to. */
const grantHere = (alias: SQL, condition: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM token_aliases k JOIN grants g ON g.id = k.grant_id WHERE k.id = ${alias} AND ${condition})`

/** Condition: the name of the access token of the record `i` refers to this record's grant. */
const ownsName = (name: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM token_aliases k WHERE k.id = ${name} AND k.grant_id = i.grantId)`

/**
 * Statements that create the waiting grants of incoming records, unless they exist. The name that an access token has in its
 * dump refers to its grant for as long as that exists, so that no import brings back what was ended.
 * @param name the column with the name of the access token
 */
function insertWaiting(
  records: SQL,
  name: SQL,
  condition: SQL,
  { expiresAt, now, refreshEnd }: { readonly expiresAt: SQL; readonly now: number; readonly refreshEnd: SQL },
): SQL[] {
  return [
    sql`INSERT INTO token_aliases (id, grant_id) SELECT ${name}, i.grantId FROM ${records} i
      WHERE ${userId} IS NOT NULL AND ${condition} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, refresh_expires_at, expires_at,
        created_at, revoked_at, revoke_reason, single_key)
      SELECT i.grantId, ${userId}, i.clientId, 'imported', '', i.createdAt, ${refreshEnd}, ${expiresAt}, i.createdAt, ${now},
        ${WAITING}, ${WAITING} || char(10) || i.alias || char(10) || ${name}
      FROM ${records} i WHERE ${userId} IS NOT NULL AND ${condition} AND ${ownsName(name)} ON CONFLICT DO NOTHING`,
  ]
}

/** See `ImportStore.importRefreshTokens`. A waiting grant counts as revoked, so that an aborted import leaves no valid ones. */
export async function importRefreshTokens(
  db: D1Database,
  tokens: readonly ImportedRefreshToken[],
  mode: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const { now } = mode.mark
  const deleted = deletedHere(mode)
  const fields = [...OWNER_FIELDS, 'alias', 'grantId', 'accessToken', 'createdAt', 'expiresAt']
  const records = incoming(tokens, fields)
  // In the second check, a waiting grant was created by this batch; in the first, an earlier import has left it.
  const outcomes = sql`SELECT i.n AS n, CASE WHEN ${grantHere(sql`i.alias`, sql`g.revoke_reason IS NOT ${WAITING}`)} THEN 'same'
      ${refused} WHEN ${deleted} THEN 'deleted'
      WHEN ${grantHere(sql`i.alias`, sql`g.revoked_at = ${now}`)} THEN 'same' ELSE 'created' END AS outcome
    FROM ${records} i`
  const left = sql`SELECT k.grant_id FROM ${records} i JOIN token_aliases k ON k.id = i.alias
    JOIN grants g ON g.id = k.grant_id AND g.revoke_reason = ${WAITING}`
  const name = sql`i.accessToken`
  const writes = [
    sql`DELETE FROM grants WHERE id IN (${left})`,
    sql`DELETE FROM token_aliases WHERE id IN (SELECT i.alias FROM ${records} i UNION ALL SELECT ${name} FROM ${records} i)
      AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = token_aliases.grant_id)`,
    ...insertWaiting(records, name, sql`${may} AND NOT ${deleted}`, {
      expiresAt: sql`i.expiresAt`,
      now,
      refreshEnd: sql`i.expiresAt`,
    }),
    sql`INSERT INTO token_aliases (id, grant_id) SELECT i.alias, i.grantId FROM ${records} i WHERE ${ownsName(name)}
      ON CONFLICT DO NOTHING`,
  ]
  return importRecords(db, { count: tokens.length, what: 'refresh tokens' }, outcomes, writes, mode)
}

/** See `ImportStore.importAccessTokens`. A client's own token becomes a grant at once. */
export async function importAccessTokens(
  db: D1Database,
  tokens: readonly ImportedAccessToken[],
  mode: ImportMode,
): Promise<readonly ImportOutcome[]> {
  const { now } = mode.mark
  const deleted = deletedHere(mode)
  const fields = [...OWNER_FIELDS, 'alias', 'name', 'grantId', 'scope', 'createdAt', 'expiresAt']
  const records = incoming(tokens, fields)
  const name = sql`i.name`
  // Its grant exists and is not waiting, but the token does not exist: it was ended here, and must not come back.
  const dead = grantHere(name, sql`g.revoke_reason IS NOT ${WAITING}`)
  const here = grantHere(sql`i.alias`, sql`g.access_expires_at IS NOT NULL`)
  const outcomes = sql`SELECT i.n AS n, CASE WHEN ${here} THEN 'same'
      WHEN i.expiresAt <= ${now} THEN 'expired' ${refused} WHEN ${dead} THEN 'ended' WHEN ${deleted} THEN 'deleted'
      ELSE 'created' END AS outcome FROM ${records} i`
  const takes = sql`i.expiresAt > ${now} AND ${may} AND NOT ${dead} AND NOT ${deleted} AND NOT ${here}`
  const waits = sql`${records} i CROSS JOIN token_aliases k ON k.id = ${name} CROSS JOIN grants g ON g.id = k.grant_id
    WHERE g.revoke_reason = ${WAITING}`
  const columns = sql`id, user_id, client_id, grant_type, scope, access_expires_at, expires_at, created_at`
  const writes = [
    ...insertWaiting(records, name, takes, { expiresAt: sql`i.expiresAt`, now, refreshEnd: sql`NULL` }),
    sql`INSERT INTO token_aliases (id, grant_id) SELECT ${name}, i.grantId FROM ${records} i
      WHERE i.user IS NULL AND ${takes} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO token_aliases (id, grant_id, sequence) SELECT i.alias, k.grant_id, 0
      FROM ${records} i CROSS JOIN token_aliases k ON k.id = ${name} WHERE ${takes} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
      SELECT g.user_id, g.client_id, lower(hex(randomblob(16))), i.scope, g.created_at, g.created_at
      FROM ${waits} ON CONFLICT DO NOTHING`,
    // First the consent of a grant, if it has one; then the grant of a client that acts for itself; last, waiting grants
    // become valid.
    sql`INSERT INTO grants (${columns}) SELECT i.grantId, NULL, i.clientId, 'imported', i.scope, i.expiresAt, i.expiresAt,
        i.createdAt FROM ${records} i WHERE i.user IS NULL AND ${takes} AND ${ownsName(name)} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO imported_records (id) SELECT ${waiting.alias} FROM ${waits} ON CONFLICT DO NOTHING`,
    // The update starts from the records, as SQLite would scan all grants in an UPDATE with FROM.
    sql`INSERT INTO grants (${columns}) SELECT g.id, g.user_id, g.client_id, g.grant_type, i.scope,
        CASE WHEN i.expiresAt > ${now} THEN i.expiresAt END, max(g.expires_at, i.expiresAt), g.created_at FROM ${waits}
      ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, access_expires_at = excluded.access_expires_at,
        expires_at = excluded.expires_at, revoked_at = NULL, revoke_reason = NULL, single_key = NULL`,
    sql`INSERT INTO imported_records (id) SELECT i.alias FROM ${records} i CROSS JOIN token_aliases k ON k.id = i.alias
      WHERE true ON CONFLICT DO NOTHING`,
  ]
  return importRecords(db, { count: tokens.length, what: 'access tokens' }, outcomes, writes, mode)
}

/** Removes some of the waiting grants, whose keys are adjacent in an index. */
export function removeWaiting(limit: number): SQL {
  return sql`DELETE FROM grants WHERE id IN (SELECT g.id FROM grants g WHERE g.single_key >= ${`${WAITING}\n`}
      AND g.single_key < ${`${WAITING}\v`} LIMIT ${limit})
    RETURNING (SELECT ${waiting.name} FROM (SELECT grants.single_key AS single_key) g) AS name`
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
