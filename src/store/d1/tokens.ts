import { sql, type SQL } from 'drizzle-orm'
import type { Client, ClientProof, LiveToken, RequestMark, TokenReference } from '../records.ts'
import { auditStatement } from './audit.ts'
import { clientGuard, clientProven, hasGrantType } from './client-guard.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { revokeReplayedCode } from './replay.ts'
import { run, runForAnswer } from './run.ts'

interface TokenRow {
  readonly id: string
  readonly client_id: string
  readonly scope: string
  readonly created_at: number
  readonly expires_at: number
  readonly user_id: string | null
  readonly username: string | null
  readonly email: string | null
  readonly is_staff: number | null
}

interface ProvenRow {
  readonly proven: number
}

const userColumns = sql`u.id AS user_id, u.username AS username, u.email AS email, u.is_staff AS is_staff`

/** An access token that lives, by everything that it hangs from: its client, grant and user. */
function liveAccessToken(id: string, now: number): SQL {
  return sql`SELECT t.id AS id, t.client_id AS client_id, t.scope AS scope, t.created_at AS created_at,
      t.expires_at AS expires_at, ${userColumns}
    FROM access_tokens t JOIN clients k ON k.client_id = t.client_id AND k.disabled_at IS NULL
    LEFT JOIN grants g ON g.id = t.grant_id LEFT JOIN users u ON u.id = g.user_id
    WHERE t.id = ${id} AND t.expires_at > ${now} AND t.revoked_at IS NULL
      AND (t.grant_id IS NULL OR (g.id IS NOT NULL AND g.revoked_at IS NULL AND u.is_active = 1))`
}

/** The current refresh token of a grant of the client that proves itself. */
function liveRefreshToken(grantId: string, sequence: number, proof: ClientProof, now: number): SQL {
  return sql`SELECT g.id AS id, g.client_id AS client_id, g.scope AS scope,
      COALESCE(g.refreshed_at, g.created_at) AS created_at, g.refresh_expires_at AS expires_at, ${userColumns}
    FROM grants g JOIN clients c ON c.client_id = g.client_id JOIN users u ON u.id = g.user_id AND u.is_active = 1
    WHERE g.id = ${grantId} AND g.refresh_seq = ${sequence} AND g.refresh_expires_at > ${now} AND g.revoked_at IS NULL
      AND g.tokens_of IS NULL AND ${hasGrantType('refresh_token')} AND ${clientGuard(proof, now)}`
}

function toLiveToken(row: TokenRow | undefined): LiveToken | null {
  if (!row) return null
  const user =
    row.user_id === null
      ? null
      : { id: row.user_id, username: row.username ?? '', email: row.email, isStaff: row.is_staff === 1 }
  return {
    id: row.id,
    clientId: row.client_id,
    scope: row.scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    user,
  }
}

/** See `Store.readAccessToken`. */
export async function readAccessToken(db: D1Database, id: string, now: number): Promise<LiveToken | null> {
  const [rows] = await run<[TokenRow]>(db, [liveAccessToken(id, now)])
  return toLiveToken(rows[0])
}

/** See `Store.readClient`. */
export async function readClient(db: D1Database, proof: ClientProof, now: number): Promise<Client | null> {
  const [rows] = await run<[ClientRow]>(db, [readProvenClient(proof, now)])
  return rows[0] ? toClient(rows[0]) : null
}

function readProvenClient(proof: ClientProof, now: number): SQL {
  return sql`SELECT ${clientColumns} FROM clients c WHERE ${clientGuard(proof, now)}`
}

/** See `Store.readTokenAs`. */
export async function readTokenAs(
  db: D1Database,
  proof: ClientProof,
  token: TokenReference,
  now: number,
): Promise<{ client: Client | null; token: LiveToken | null }> {
  const [clients, ...tokens] = await run<[ClientRow, TokenRow, TokenRow]>(db, [
    readProvenClient(proof, now),
    ...(token.kind === 'refresh'
      ? []
      : [sql`${liveAccessToken(token.id, now)} AND ${clientProven(proof, now)}`]),
    ...(token.kind === 'access'
      ? []
      : [liveRefreshToken(token.grantId, token.kind === 'refresh' ? token.sequence : 0, proof, now)]),
  ])
  return { client: clients[0] ? toClient(clients[0]) : null, token: toLiveToken(tokens.flat()[0]) }
}

/** See `Store.revokeToken`. */
export async function revokeToken(
  db: D1Database,
  proof: ClientProof,
  token: TokenReference,
  deleteExpired: boolean,
  request: RequestMark,
): Promise<boolean> {
  const statements = [
    ...(token.kind === 'refresh' ? [] : revokeAccessToken(proof, token.id, deleteExpired, request)),
    ...(token.kind === 'access' ? [] : revokeGrant(proof, token.grantId, deleteExpired, request)),
  ]
  const { verdict } = await runForAnswer<ProvenRow, object>(db, [
    readProven(proof, request.now),
    ...statements,
  ])
  return verdict?.proven === 1
}

function readProven(proof: ClientProof, now: number): SQL {
  return sql`SELECT ${clientProven(proof, now)} AS proven`
}

function revokeAccessToken(
  proof: ClientProof,
  id: string,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const own = sql`t.id = ${id} AND t.client_id = ${proof.clientId} AND ${clientProven(proof, request.now)}`
  return [
    auditStatement(
      { type: 'access_token_revoked', actor: null, clientId: proof.clientId, subject: id },
      request,
      sql`FROM access_tokens t WHERE ${own} AND t.revoked_at IS NULL`,
    ),
    deleteExpired
      ? sql`DELETE FROM access_tokens AS t WHERE ${own}`
      : sql`UPDATE access_tokens AS t SET revoked_at = ${request.now}, single_key = NULL WHERE ${own} AND t.revoked_at IS NULL`,
  ]
}

/** Any refresh token of the rotation stands for its grant, the newest as well as those that were replaced. */
function revokeGrant(
  proof: ClientProof,
  grantId: string,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const own = sql`g.id = ${grantId} AND g.client_id = ${proof.clientId}`
  const proven = clientProven(proof, request.now)
  return [
    auditStatement(
      {
        type: 'grant_revoked',
        actor: null,
        userId: sql`g.user_id`,
        clientId: proof.clientId,
        subject: grantId,
      },
      request,
      sql`FROM grants g WHERE ${own} AND g.revoked_at IS NULL AND ${proven}`,
    ),
    sql`UPDATE grants AS g SET revoked_at = ${request.now}, revoke_reason = 'client'
      WHERE ${own} AND g.revoked_at IS NULL AND ${proven}`,
    ...(deleteExpired
      ? [
          sql`DELETE FROM access_tokens WHERE grant_id IN (SELECT g.id FROM grants g WHERE ${own}) AND ${proven}`,
        ]
      : []),
  ]
}

/** See `Store.refuseCode`. */
export async function refuseCode(
  db: D1Database,
  proof: ClientProof,
  codeId: string,
  deleteExpired: boolean,
  request: RequestMark,
): Promise<boolean> {
  const { verdict } = await runForAnswer<ProvenRow, object>(db, [
    readProven(proof, request.now),
    ...revokeReplayedCode(proof, codeId, null, deleteExpired, request),
  ])
  return verdict?.proven === 1
}
