import { sql, type SQL } from 'drizzle-orm'
import type { IssueCommit, IssueOutcome } from '../records.ts'
import { hasGrantType } from './client-guard.ts'
import { jsonList } from './run.ts'

/** What the first statement of an issuing batch finds. */
export interface IssueRow {
  readonly authenticated: number
  readonly has_grant_type: number
  readonly user_lives: number
  readonly claim_holds: number
  readonly scope_allowed: number
}

/** What its last one finds. */
export interface IssuedRow {
  readonly access_token_id: string
  readonly scope: string
  readonly expires_at: number
  readonly client_id: string
  readonly user_id: string | null
  readonly grant_id: string | null
  readonly refresh_seq: number | null
  readonly refreshes: number
}

/** Life of an access token of the client `c`, in seconds. */
export function accessTokenLifetime({ accessTokenLifetime: lifetime }: IssueCommit): SQL {
  return sql`COALESCE(c.access_token_lifetime, CASE c.type WHEN 'public' THEN ${lifetime.public} ELSE ${lifetime.confidential} END)`
}

/** When a refresh token made now for the client `c` expires; NULL where it gets none. */
export function refreshExpiresAt(commit: IssueCommit): SQL {
  const expiresAt = sql`${commit.request.now} + COALESCE(c.refresh_token_lifetime, ${commit.refreshTokenLifetime})`
  return sql`CASE WHEN ${getsRefreshToken(commit)} THEN ${expiresAt} END`
}

/** The client `c` gets a refresh token from this grant type; one that it could not use would only be a risk. */
function getsRefreshToken(commit: IssueCommit): SQL {
  return sql`(c.type IN ${jsonList(commit.refreshTokenFor)} AND ${hasGrantType('refresh_token')})`
}

/** Columns of an `IssuedRow` over an access token `t`, its grant `g` and its client `c`. */
export function issuedColumns(commit: IssueCommit): SQL {
  return sql`t.id AS access_token_id, t.scope AS scope, t.expires_at AS expires_at, t.client_id AS client_id,
    g.user_id AS user_id, g.id AS grant_id, g.refresh_seq AS refresh_seq,
    COALESCE(g.refresh_expires_at > ${commit.request.now} AND ${getsRefreshToken(commit)}, 0) AS refreshes`
}

/** OAUTH_DELETE_EXPIRED: each issuing takes away some of what has expired; an index finds it. */
export function sweepExpired(now: number): SQL {
  return sql`DELETE FROM access_tokens WHERE id IN
    (SELECT id FROM access_tokens WHERE expires_at <= ${now} ORDER BY expires_at LIMIT 100)`
}

/** The rows of the first and the last statement as the protocol sees them. */
export function toIssueOutcome(verdict: IssueRow | undefined, issued: IssuedRow | undefined): IssueOutcome {
  return {
    verdict: {
      authenticated: verdict?.authenticated === 1,
      hasGrantType: verdict?.has_grant_type === 1,
      userLives: verdict?.user_lives === 1,
      claimHolds: verdict?.claim_holds === 1,
      scopeAllowed: verdict?.scope_allowed === 1,
    },
    issued: issued
      ? {
          accessTokenId: issued.access_token_id,
          scope: issued.scope,
          expiresAt: issued.expires_at,
          userId: issued.user_id,
          clientId: issued.client_id,
          refreshToken:
            issued.refreshes === 1 && issued.grant_id !== null
              ? { grantId: issued.grant_id, sequence: issued.refresh_seq ?? 0 }
              : null,
        }
      : null,
  }
}
