import { sql, type SQL } from 'drizzle-orm'
import type { AccessTokenName, Client, ClientProof, LiveToken, TokenReference } from '../records.ts'
import { aliasTarget, isAlias } from './aliases.ts'
import { clientGuard, mayRefresh, proofPlaces, proofShape, proofValues, runProven } from './client-guard.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { parseDetails, resourcesOf } from './grant-rows.ts'
import { columnsOf, run, type Statement, statement, value, type Values } from './run.ts'

interface TokenRow {
  readonly kind: LiveToken['kind']
  readonly grant_id: string
  readonly sequence: number
  readonly issued_to: string
  readonly granted_scope: string
  readonly created_at: number
  readonly expires_at: number
  readonly user_id: string | null
  readonly username: string | null
  readonly email: string | null
  readonly is_staff: number | null
  readonly auth_time: number | null
  readonly session_id: string | null
  readonly details: string | null
  readonly resource: string | null
}

/** A client, together with the token that it asks about if that is valid. */
type ClientWithToken = ClientRow & (TokenRow | { readonly kind: null })

/** Columns that both kinds of token share, of the grant `g` and its user `u`. */
const tokenColumns = sql`g.id AS grant_id, g.refresh_seq AS sequence, g.client_id AS issued_to,
  COALESCE(g.refreshed_at, g.created_at) AS created_at, u.id AS user_id, ${columnsOf('u', 'username email is_staff')},
  ${columnsOf('g', 'auth_time session_id details')}`

/**
 * The current access token of a grant: the grant, its client and its user, if it has one, are valid. Its placeholders:
 * `grantId`, `sequence`, `now`.
 */
function liveAccessToken(byAlias: boolean): SQL {
  return sql`SELECT 'access' AS kind, COALESCE(g.access_scope, g.scope) AS granted_scope, g.access_expires_at AS expires_at,
    g.access_resource AS resource, ${tokenColumns} ${liveGrants(byAlias)}`
}

/**
 * The grant `g` whose current access token is the requested one and valid, with its client `o` and its user `u`, if it has
 * one, as the end of a statement with the placeholders `grantId`, `sequence` and `now`.
 * @param byAlias whether an alias
 * identifies the token and knows its number
 */
export function liveGrants(byAlias: boolean): SQL {
  const found = byAlias
    ? sql`token_aliases k JOIN grants g ON k.id = ${value('grantId')} AND g.id = k.grant_id AND g.refresh_seq = k.sequence`
    : sql`grants g`
  const named = byAlias ? sql`1` : sql`g.id = ${value('grantId')} AND g.refresh_seq = ${value('sequence')}`
  return sql`FROM ${found} JOIN clients o ON o.client_id = g.client_id AND o.disabled_at IS NULL
    LEFT JOIN users u ON u.id = g.user_id
    WHERE ${named} AND g.access_expires_at > ${value('now')} AND g.access_revoked_at IS NULL AND g.revoked_at IS NULL
      AND (g.user_id IS NULL OR u.is_active = 1) AND ${parentsLive}`
}

/**
 * Condition: none of the access tokens from which that of the grant `g` was exchanged (RFC 8693), each named by its grant's
 * id, a period and its number, has been revoked, nor has their client been disabled. Replacing one by a refresh has no
 * effect.
 */
export const parentsLive = sql`NOT EXISTS (SELECT 1 FROM json_each(g.details, '$.parent') WHERE NOT EXISTS (SELECT 1 FROM grants p
  JOIN clients q ON q.client_id = p.client_id AND q.disabled_at IS NULL WHERE p.id = substr(json_each.value, 1, 32) AND p.revoked_at IS NULL
    AND COALESCE(json_extract(p.details, '$.ended'), -1) < CAST(substr(json_each.value, 34) AS integer)))`

/**
 * The current refresh token of a grant, only for its own client. Its placeholders: `refreshOf`, `refreshSequence`,
 * `clientId`, `now`.
 */
function liveRefreshToken(byAlias: boolean): SQL {
  const grantId = value('refreshOf')
  return sql`SELECT 'refresh' AS kind, g.scope AS granted_scope, g.refresh_expires_at AS expires_at,
      NULL AS resource, ${tokenColumns}
    FROM grants g JOIN clients c ON c.client_id = g.client_id JOIN users u ON u.id = g.user_id AND u.is_active = 1
    WHERE g.id = ${byAlias ? aliasTarget(grantId) : grantId} AND g.refresh_seq = ${value('refreshSequence')}
      AND g.client_id = ${value('clientId')} AND g.refresh_expires_at > ${value('now')} AND g.revoked_at IS NULL
      AND g.tokens_of IS NULL AND ${mayRefresh}`
}

function toLiveToken(row: TokenRow): LiveToken {
  const details = parseDetails(row.details)
  const user =
    row.user_id === null
      ? null
      : { id: row.user_id, username: row.username ?? '', email: row.email, isStaff: row.is_staff === 1 }
  return {
    kind: row.kind,
    grantId: row.grant_id,
    sequence: row.sequence,
    clientId: row.issued_to,
    scope: row.granted_scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    user,
    authTime: row.auth_time,
    sessionId: row.session_id,
    details,
    resource: resourcesOf(row.resource, details),
  }
}

/** See `Store.readAccessToken`. */
export async function readAccessToken(
  db: D1Database,
  token: AccessTokenName,
  now: number,
): Promise<LiveToken | null> {
  const { grantId, sequence } = token
  const byAlias = sequence === null
  const [[row]] = await run<[TokenRow]>(db, [
    statement(`access token ${byAlias}`, { grantId, sequence, now }, () => liveAccessToken(byAlias)),
  ])
  return row ? toLiveToken(row) : null
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
  const asked = askedToken(token)
  const shape = proofShape(proof)
  const [[row]] = await runProven<[ClientWithToken]>(db, proof, [
    statement(
      `client ${shape} with ${asked.name}`,
      { ...proofValues(proof, now), ...asked.values },
      () => sql`SELECT ${clientColumns}, t.* FROM clients c LEFT JOIN (${asked.build()}) t
        WHERE ${clientGuard(proofPlaces(shape))}`,
    ),
  ])
  if (!row) return { client: null, token: null }
  return { client: toClient(row), token: row.kind === null ? null : toLiveToken(row) }
}

/** What a reference refers to, as a table of at most one row. */
interface AskedToken {
  readonly name: string
  readonly values: Values
  readonly build: () => SQL
}

function askedToken(token: TokenReference): AskedToken {
  switch (token.kind) {
    case 'access': {
      const { grantId, sequence } = token
      const byAlias = sequence === null
      return {
        name: `access token ${byAlias}`,
        values: { grantId, sequence },
        build: () => liveAccessToken(byAlias),
      }
    }
    case 'refresh': {
      const { grantId, sequence } = token
      const byAlias = isAlias(grantId)
      return {
        name: `refresh token ${byAlias}`,
        values: { refreshOf: grantId, refreshSequence: sequence },
        build: () => liveRefreshToken(byAlias),
      }
    }
    case 'imported': {
      const { access, refresh } = token
      const byAlias = isAlias(refresh)
      return {
        name: `imported token ${byAlias}`,
        values: { grantId: access, refreshOf: refresh, refreshSequence: 0 },
        build: () => sql`${liveAccessToken(true)} UNION ALL ${liveRefreshToken(byAlias)} LIMIT 1`,
      }
    }
  }
}
