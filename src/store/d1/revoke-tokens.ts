import { sql, type SQL } from 'drizzle-orm'
import type { AccessTokenName, ClientProof, RequestMark, TokenReference } from '../records.ts'
import { grantIdOf } from './aliases.ts'
import { auditStatement } from './audit.ts'
import { replayedCodeStatements } from './claims/code.ts'
import { clientProven, runProven } from './client-guard.ts'

interface ProvenRow {
  readonly proven: number
}

/** See `Store.revokeToken`. */
export async function revokeToken(
  db: D1Database,
  proof: ClientProof,
  token: TokenReference,
  deleteExpired: boolean,
  request: RequestMark,
): Promise<boolean> {
  return provenAfter(db, proof, revokeStatements(proof, token, deleteExpired, request), request)
}

/** See `Store.refuseCode`. */
export async function refuseCode(
  db: D1Database,
  proof: ClientProof,
  codeId: string,
  deleteExpired: boolean,
  request: RequestMark,
): Promise<boolean> {
  return provenAfter(db, proof, replayedCodeStatements(proof, codeId, deleteExpired, request), request)
}

async function provenAfter(
  db: D1Database,
  proof: ClientProof,
  statements: readonly SQL[],
  { now }: RequestMark,
): Promise<boolean> {
  const [rows] = await runProven<[ProvenRow]>(db, proof, [
    sql`SELECT ${clientProven(proof, now)} AS proven`,
    ...statements,
  ])
  return rows[0]?.proven === 1
}

function revokeStatements(
  proof: ClientProof,
  token: TokenReference,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const access = (name: AccessTokenName): SQL[] => revokeAccessToken(proof, name, deleteExpired, request)
  switch (token.kind) {
    case 'access':
      return access(token)
    case 'refresh':
      return revokeGrant(proof, token.grantId, deleteExpired, request)
    case 'imported':
      return [
        ...access({ grantId: token.access, sequence: null }),
        ...revokeGrant(proof, token.refresh, deleteExpired, request),
      ]
  }
}

/**
 * Records the number of an access token of `g` that is revoked by itself: tokens exchanged from it end, too, even after
 * another one replaces it.
 */
export const rememberEnded = sql`details = json_set(COALESCE(g.details, '{}'), '$.ended', g.refresh_seq)`

/** Ends an access token, and its grant, too, if that has nothing else. */
function revokeAccessToken(
  proof: ClientProof,
  { grantId, sequence }: AccessTokenName,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const number =
    sequence === null
      ? sql`(SELECT k.sequence FROM token_aliases k WHERE k.id = ${grantId})`
      : sql`${sequence}`
  const own = sql`g.id = ${grantIdOf(grantId)} AND g.refresh_seq = ${number} AND g.client_id = ${proof.clientId}
    AND g.access_revoked_at IS NULL AND ${clientProven(proof, request.now)}`
  const deleted = deleteExpired ? sql`, access_expires_at = NULL` : sql``
  return [
    auditStatement(
      {
        type: 'access_token_revoked',
        actor: null,
        userId: sql`g.user_id`,
        clientId: proof.clientId,
        subject: sql`g.id || '.' || g.refresh_seq`,
      },
      request,
      sql`FROM grants g WHERE ${own}`,
    ),
    sql`UPDATE grants AS g SET access_revoked_at = ${request.now}, single_key = NULL, ${rememberEnded}${deleted},
      revoked_at = CASE WHEN g.refresh_expires_at IS NULL THEN COALESCE(g.revoked_at, ${request.now}) ELSE g.revoked_at END,
      revoke_reason = CASE WHEN g.refresh_expires_at IS NULL THEN COALESCE(g.revoke_reason, 'client') ELSE g.revoke_reason END
      WHERE ${own}`,
  ]
}

/** Revokes a grant. Any refresh token of its rotation identifies it, including replaced ones. */
function revokeGrant(
  proof: ClientProof,
  grantId: string,
  deleteExpired: boolean,
  request: RequestMark,
): SQL[] {
  const own = sql`g.id = ${grantIdOf(grantId)} AND g.client_id = ${proof.clientId} AND g.revoked_at IS NULL
    AND ${clientProven(proof, request.now)}`
  const deleted = deleteExpired ? sql`, access_expires_at = NULL` : sql``
  return [
    auditStatement(
      {
        type: 'grant_revoked',
        actor: null,
        userId: sql`g.user_id`,
        clientId: proof.clientId,
        subject: sql`g.id`,
      },
      request,
      sql`FROM grants g WHERE ${own}`,
    ),
    sql`UPDATE grants AS g SET revoked_at = ${request.now}, revoke_reason = 'client'${deleted} WHERE ${own}`,
  ]
}
