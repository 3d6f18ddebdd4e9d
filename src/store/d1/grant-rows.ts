import { sql, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import type { GrantDetails, IssuedTokens, IssueOutcome } from '../records.ts'

/** What the statement of a commit finds that gives the reasons. */
export interface VerdictRow {
  readonly authenticated: number
  readonly has_grant_type: number
  readonly user_lives: number
  readonly claim_holds: number
  readonly claim_spent: number | null
  readonly scope_allowed: number
}

/** A grant with its current tokens, as a commit answers it. */
export interface IssuedRow {
  readonly grant_id: string
  readonly sequence: number
  readonly scope: string
  readonly expires_at: number
  readonly client_id: string
  readonly user_id: string | null
  readonly auth_time: number | null
  readonly session_id: string | null
  readonly details: string | null
  readonly refreshes: number
}

/**
 * Columns of an `IssuedRow`, in a statement over the grants alone.
 * @param refreshes whether the answer has a refresh token, if it is not for the grant alone to say
 */
export function issuedColumns(refreshes: SQL = sql`refresh_expires_at IS NOT NULL`): SQL {
  return sql`id AS grant_id, refresh_seq AS sequence, COALESCE(access_scope, scope) AS scope,
  access_expires_at AS expires_at, client_id AS client_id, user_id AS user_id, auth_time AS auth_time,
  session_id AS session_id, details AS details, ${refreshes} AS refreshes`
}

/** The id of the current access token of the grant `g`, for operators. */
export const accessTokenId = sql`(g.id || '.' || g.refresh_seq)`

const detailsOf = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

/** The details of a column; null where there are none. */
export function parseDetails(json: string | null): GrantDetails | null {
  return json === null ? null : v.parse(detailsOf, json)
}

/** Tokens of a row as the protocol sees them. */
export function toIssuedTokens(row: IssuedRow): IssuedTokens {
  return {
    token: { grantId: row.grant_id, sequence: row.sequence },
    refreshes: row.refreshes === 1,
    scope: row.scope,
    expiresAt: row.expires_at,
    clientId: row.client_id,
    userId: row.user_id,
    authTime: row.auth_time,
    sessionId: row.session_id,
    details: parseDetails(row.details),
  }
}

/** The answer of a commit that succeeded: its one statement asks for everything at once. */
export function success(row: IssuedRow): IssueOutcome {
  const verdict = {
    authenticated: true,
    hasGrantType: true,
    userLives: true,
    claimHolds: true,
    scopeAllowed: true,
  }
  return { verdict, issued: toIssuedTokens(row) }
}

/** The answer of a commit that did not: the reasons, and the tokens of a reply that was lost. */
export function explained(verdict: VerdictRow | undefined, issued: IssuedRow | undefined): IssueOutcome {
  return {
    verdict: {
      authenticated: verdict?.authenticated === 1,
      hasGrantType: verdict?.has_grant_type === 1,
      userLives: verdict?.user_lives === 1,
      claimHolds: verdict?.claim_holds === 1,
      claimSpent: verdict?.claim_spent === 1,
      scopeAllowed: verdict?.scope_allowed === 1,
    },
    issued: issued ? toIssuedTokens(issued) : null,
  }
}
