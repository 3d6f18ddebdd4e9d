import { sql, type SQL } from 'drizzle-orm'
import type { AccessTokenName, Client, ClientProof, LiveToken, TokenReference } from '../records.ts'
import { aliasTarget, isAlias } from './aliases.ts'
import { clientGuard, mayRefresh, proofPlaces, proofShape, proofValues, runProven } from './client-guard.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { parseDetails } from './grant-rows.ts'
import { run } from './run.ts'
import { type Statement, statement, value } from './run.ts'

interface TokenRow {
  readonly kind: LiveToken['kind']
  readonly grant_id: string
  readonly sequence: number
  readonly client_id: string
  readonly scope: string
  readonly created_at: number
  readonly expires_at: number
  readonly user_id: string | null
  readonly username: string | null
  readonly email: string | null
  readonly is_staff: number | null
  readonly auth_time: number | null
  readonly session_id: string | null
  readonly details: string | null
}

/** Columns that both kinds of token share, of the grant `g` and its user `u`. */
const tokenColumns = sql`g.id AS grant_id, g.refresh_seq AS sequence, g.client_id AS client_id,
  COALESCE(g.refreshed_at, g.created_at) AS created_at, u.id AS user_id, u.username AS username, u.email AS email,
  u.is_staff AS is_staff, g.auth_time AS auth_time, g.session_id AS session_id, g.details AS details`

/** An access token that lives: its grant, client and user, if it has one, live, and it is the current one. */
function liveAccessToken({ grantId, sequence }: AccessTokenName, proof?: ClientProof, now = 0): Statement {
  const values = {
    ...(proof ? proofValues(proof, now) : { now }),
    grantId,
    ...(sequence !== null && { sequence }),
  }
  return statement(
    `access token ${sequence === null} ${proof && proofShape(proof)}`,
    values,
    () => sql`SELECT 'access' AS kind, COALESCE(g.access_scope, g.scope) AS scope, g.access_expires_at AS expires_at,
        ${tokenColumns} ${liveGrants(sequence === null)}${proof ? sql` AND ${isProven(proof)}` : sql``}`,
  )
}

/**
 * The grant `g` whose current access token is the one that is asked for and lives, with its client `o` and its user `u`, if it
 * has one, as the end of a statement with the places `grantId`, `sequence` and `now`.
 * @param byAlias the token goes by an alias, which knows the number
 */
export function liveGrants(byAlias: boolean): SQL {
  const found = byAlias
    ? sql`token_aliases k JOIN grants g ON k.id = ${value('grantId')} AND g.id = k.grant_id AND g.refresh_seq = k.sequence`
    : sql`grants g`
  const named = byAlias ? sql`1` : sql`g.id = ${value('grantId')} AND g.refresh_seq = ${value('sequence')}`
  return sql`FROM ${found} JOIN clients o ON o.client_id = g.client_id AND o.disabled_at IS NULL
    LEFT JOIN users u ON u.id = g.user_id
    WHERE ${named} AND g.access_expires_at > ${value('now')} AND g.access_revoked_at IS NULL AND g.revoked_at IS NULL
      AND (g.user_id IS NULL OR u.is_active = 1)`
}

/** The current refresh token of a grant of the client that proves itself. */
function liveRefreshToken(grantId: string, sequence: number, proof: ClientProof, now: number): Statement {
  const alias = isAlias(grantId)
  const values = { ...proofValues(proof, now), grantId, sequence }
  return statement(
    `refresh token ${alias} ${proofShape(proof)}`,
    values,
    () => sql`SELECT 'refresh' AS kind, g.scope AS scope, g.refresh_expires_at AS expires_at, ${tokenColumns}
      FROM grants g JOIN clients c ON c.client_id = g.client_id JOIN users u ON u.id = g.user_id AND u.is_active = 1
      WHERE g.id = ${alias ? aliasTarget(value('grantId')) : value('grantId')} AND g.refresh_seq = ${value('sequence')}
        AND g.refresh_expires_at > ${value('now')} AND g.revoked_at IS NULL AND g.tokens_of IS NULL AND ${mayRefresh}
        AND ${clientGuard(proofPlaces(proofShape(proof)))}`,
  )
}

function isProven(proof: ClientProof): SQL {
  return sql`EXISTS (SELECT 1 FROM clients c WHERE ${clientGuard(proofPlaces(proofShape(proof)))})`
}

function toLiveToken(row: TokenRow | undefined): LiveToken | null {
  if (!row) return null
  const user =
    row.user_id === null
      ? null
      : { id: row.user_id, username: row.username ?? '', email: row.email, isStaff: row.is_staff === 1 }
  return {
    kind: row.kind,
    grantId: row.grant_id,
    sequence: row.sequence,
    clientId: row.client_id,
    scope: row.scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    user,
    authTime: row.auth_time,
    sessionId: row.session_id,
    details: parseDetails(row.details),
  }
}

/** See `Store.readAccessToken`. */
export async function readAccessToken(
  db: D1Database,
  token: AccessTokenName,
  now: number,
): Promise<LiveToken | null> {
  const [rows] = await run<[TokenRow]>(db, [liveAccessToken(token, undefined, now)])
  return toLiveToken(rows[0])
}

/** See `Store.readClient`. */
export async function readClient(db: D1Database, proof: ClientProof, now: number): Promise<Client | null> {
  const [rows] = await runProven<[ClientRow]>(db, proof, [readProvenClient(proof, now)])
  return rows[0] ? toClient(rows[0]) : null
}

function readProvenClient(proof: ClientProof, now: number): Statement {
  return statement(
    `client ${proofShape(proof)}`,
    proofValues(proof, now),
    () => sql`SELECT ${clientColumns} FROM clients c WHERE ${clientGuard(proofPlaces(proofShape(proof)))}`,
  )
}

/** See `Store.readTokenAs`. */
export async function readTokenAs(
  db: D1Database,
  proof: ClientProof,
  token: TokenReference,
  now: number,
): Promise<{ client: Client | null; token: LiveToken | null }> {
  const [clients, ...tokens] = await runProven<[ClientRow, ...TokenRow[]]>(db, proof, [
    readProvenClient(proof, now),
    ...liveTokens(proof, token, now),
  ])
  return { client: clients[0] ? toClient(clients[0]) : null, token: toLiveToken(tokens.flat()[0]) }
}

function liveTokens(proof: ClientProof, token: TokenReference, now: number): readonly Statement[] {
  switch (token.kind) {
    case 'access':
      return [liveAccessToken(token, proof, now)]
    case 'refresh':
      return [liveRefreshToken(token.grantId, token.sequence, proof, now)]
    case 'imported':
      return [
        liveAccessToken({ grantId: token.access, sequence: null }, proof, now),
        liveRefreshToken(token.refresh, 0, proof, now),
      ]
  }
}
