import { sql, type SQL } from 'drizzle-orm'
import type { Claim, IssueCommit } from '../records.ts'
import { countActivityStatement } from './activity.ts'
import { auditStatement } from './audit.ts'
import { clientGuard, clientProven, hasGrantType } from './client-guard.ts'
import { accessTokenLifetime, issuedColumns, sweepExpired } from './issue-rows.ts'
import { covers } from './scope-rule.ts'

type RefreshClaim = Extract<Claim, { kind: 'refresh' }>

/**
 * Statements that rotate a refresh token (RFC 6749 6, RFC 9700 4.14). The number moves on only from the one that was
 * presented; an older one revokes the grant, unless it is a lost reply. First the verdict, last the answer.
 */
export function refreshStatements(commit: IssueCommit, claim: RefreshClaim): SQL[] {
  const { proof, request } = commit
  const { grantId, sequence } = claim
  const guard = clientGuard(proof, request.now)
  const inScope = commit.scope.requested === null ? sql`1` : covers(sql`g.scope`, commit.scope.requested)
  const userLives = sql`EXISTS (SELECT 1 FROM users u WHERE u.id = g.user_id AND u.is_active = 1)`
  const grantLives = sql`(g.client_id = c.client_id AND g.revoked_at IS NULL AND g.refresh_expires_at > ${request.now})`
  const mine = sql`g.refresh_op = ${request.id}`
  return [
    sql`SELECT ${guard} AS authenticated, ${hasGrantType('refresh_token')} AS has_grant_type,
      ${userLives} AS user_lives, COALESCE(${inScope}, 0) AS scope_allowed,
      COALESCE(${grantLives} AND (g.refresh_seq = ${sequence} OR ${mine} OR ${isLostReply(commit, claim)}), 0) AS claim_holds
      FROM clients c LEFT JOIN grants g ON g.id = ${grantId} WHERE c.client_id = ${proof.clientId}`,
    sql`UPDATE grants AS g SET refresh_seq = refresh_seq + 1, refresh_op = ${request.id}, refreshed_at = ${request.now},
      (refresh_expires_at, expires_at) = (SELECT ${refreshEnd(commit)}, max(g.expires_at, ${refreshEnd(commit)},
        ${request.now} + ${accessTokenLifetime(commit)}) FROM clients c WHERE c.client_id = g.client_id)
      WHERE g.id = ${grantId} AND g.refresh_seq = ${sequence} AND ${userLives} AND ${inScope}
        AND EXISTS (SELECT 1 FROM clients c WHERE ${guard} AND ${hasGrantType('refresh_token')} AND ${grantLives})`,
    ...revokeReused(commit, claim),
    endReplacedTokens(commit, claim),
    insertSuccessor(commit, claim, sql`${guard} AND ${mine} AND ${grantLives}`),
    countActivityStatement('token_issued', request.now),
    ...(commit.deleteExpired ? [sweepExpired(request.now)] : []),
    sql`SELECT ${issuedColumns(commit)} FROM access_tokens t JOIN grants g ON g.id = t.grant_id
      JOIN clients c ON c.client_id = g.client_id
      WHERE t.id = ${commit.accessTokenId} AND t.revoked_at IS NULL AND ${guard} AND ${hasGrantType('refresh_token')}
        AND ${grantLives} AND ${userLives} AND ${inScope} AND g.refresh_seq = ${sequence + 1}
        AND (${mine} OR ${isLostReply(commit, claim)})`,
  ]
}

function refreshEnd(commit: IssueCommit): SQL {
  return sql`${commit.request.now} + COALESCE(c.refresh_token_lifetime, ${commit.refreshTokenLifetime})`
}

/** The number just before the current one of `g`, within the interval, while the access token of its successor lives. */
function isLostReply(
  { accessTokenId, request }: IssueCommit,
  { reuseInterval, sequence }: RefreshClaim,
): SQL {
  if (reuseInterval === 0) return sql`0`
  return sql`(g.refresh_seq = ${sequence + 1} AND g.refreshed_at > ${request.now - reuseInterval}
    AND EXISTS (SELECT 1 FROM access_tokens s WHERE s.id = ${accessTokenId} AND s.revoked_at IS NULL))`
}

/** A number from the past is a replay, and ends the grant. One from the future (a restored backup) is only refused. */
function revokeReused(commit: IssueCommit, claim: RefreshClaim): SQL[] {
  const { proof, request } = commit
  const reused = sql`g.id = ${claim.grantId} AND g.client_id = ${proof.clientId} AND g.revoked_at IS NULL
    AND g.refresh_seq > ${claim.sequence} AND g.refresh_op IS NOT ${request.id} AND NOT ${isLostReply(commit, claim)}
    AND ${clientProven(proof, request.now)}`
  return [
    auditStatement(
      {
        type: 'refresh_token_replayed',
        actor: null,
        userId: sql`g.user_id`,
        clientId: proof.clientId,
        subject: sql`g.id`,
      },
      request,
      sql`FROM grants g WHERE ${reused}`,
    ),
    sql`UPDATE grants AS g SET revoked_at = ${request.now}, revoke_reason = 'refresh_token_replayed' WHERE ${reused}`,
  ]
}

/** A refresh ends the access token that it replaces, as the seed does; the end of the grant ends them all. */
function endReplacedTokens(commit: IssueCommit, { grantId }: RefreshClaim): SQL {
  const { accessTokenId, proof, request } = commit
  const replaced = sql`grant_id = ${grantId} AND EXISTS (SELECT 1 FROM grants g WHERE g.id = ${grantId}
    AND g.client_id = ${proof.clientId} AND (g.revoked_at IS NOT NULL
      OR (g.refresh_op = ${request.id} AND access_tokens.id <> ${accessTokenId})))
    AND ${clientProven(proof, request.now)}`
  return commit.deleteExpired
    ? sql`DELETE FROM access_tokens WHERE ${replaced}`
    : sql`UPDATE access_tokens SET revoked_at = ${request.now}, single_key = NULL
        WHERE ${replaced} AND access_tokens.revoked_at IS NULL`
}

/** The new access token. Under OAUTH_SINGLE_ACCESS_TOKEN it takes over the key, unless another live token has it. */
function insertSuccessor(commit: IssueCommit, claim: RefreshClaim, may: SQL): SQL {
  const { accessTokenId, request } = commit
  const scope = commit.scope.requested === null ? sql`g.scope` : sql`${commit.scope.requested}`
  const key = sql`g.user_id || char(10) || g.client_id || char(10) || ${scope}`
  const free = sql`CASE WHEN NOT EXISTS (SELECT 1 FROM access_tokens k WHERE k.single_key = ${key}) THEN ${key} END`
  return sql`INSERT INTO access_tokens (id, grant_id, client_id, scope, created_at, expires_at, single_key)
    SELECT ${accessTokenId}, g.id, g.client_id, ${scope}, ${request.now}, ${request.now} + ${accessTokenLifetime(commit)},
      ${commit.single ? free : null}
    FROM grants g JOIN clients c ON c.client_id = g.client_id
    WHERE g.id = ${claim.grantId} AND g.refresh_seq = ${claim.sequence + 1} AND ${may} ON CONFLICT DO NOTHING`
}
