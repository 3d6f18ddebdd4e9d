import { sql, type SQL } from 'drizzle-orm'
import type { IssueCommit, IssueOutcome } from '../records.ts'
import { countActivityStatement } from './activity.ts'
import { auditStatement } from './audit.ts'
import { clientGuard, hasGrantType } from './client-guard.ts'
import {
  accessTokenLifetime,
  sweepExpired,
  type IssuedRow,
  issuedColumns,
  type IssueRow,
  refreshExpiresAt,
  toIssueOutcome,
} from './issue-rows.ts'
import { refreshStatements } from './refresh.ts'
import { revokeReplayedCode } from './replay.ts'
import { runForAnswer } from './run.ts'
import { effectiveScope, scopeAllowed } from './scope-rule.ts'
import { externalUserStatements, signInStatements } from './sign-in.ts'

/** The tokens of one commit: authenticates, claims, issues; see `Store.issueTokens`. */
export async function issueTokens(db: D1Database, commit: IssueCommit): Promise<IssueOutcome> {
  const statements =
    commit.claim?.kind === 'refresh' ? refreshStatements(commit, commit.claim) : newStatements(commit)
  const { answer, verdict } = await runForAnswer<IssueRow, IssuedRow>(db, statements)
  return toIssueOutcome(verdict, answer)
}

/** Statements of every grant that makes tokens anew: all but the refresh token's. First the verdict, last the answer. */
function newStatements(commit: IssueCommit): SQL[] {
  const { claim, grantId, proof, request, signIn } = commit
  const may = sql`${clientGuard(proof, request.now)} AND ${clientMay(commit)} AND ${scopeAllowed(commit.scope)}
    AND ${userLives(commit)} AND ${consentLives(commit)}`
  return [
    sql`SELECT ${clientGuard(proof, request.now)} AS authenticated, ${clientMay(commit)} AS has_grant_type,
      ${signIn?.external ? sql`1` : userLives(commit)} AS user_lives, (${consentLives(commit)} AND ${codeUnspent(commit)}) AS claim_holds,
      ${scopeAllowed(commit.scope)} AS scope_allowed FROM clients c WHERE c.client_id = ${proof.clientId}`,
    ...(signIn ? externalUserStatements(signIn, request) : []),
    ...(claim?.kind === 'code'
      ? revokeReplayedCode(proof, claim.codeId, grantId, commit.deleteExpired, request)
      : []),
    ...(commit.single ? [freeSingleKey(commit)] : []),
    ...(commit.userId === null
      ? [insertClientToken(commit, may)]
      : [insertGrant(commit, may), insertUserToken(commit)]),
    countActivityStatement('token_issued', request.now),
    ...(signIn ? signInStatements(commit.userId, signIn, request) : []),
    auditStatement(
      {
        type: 'grant_given',
        actor: commit.userId,
        userId: commit.userId,
        clientId: proof.clientId,
        subject: grantId,
      },
      request,
      sql`FROM grants WHERE id = ${grantId} AND created_at = ${request.now} AND revoked_at IS NULL`,
    ),
    ...(commit.deleteExpired ? [sweepExpired(request.now)] : []),
    readAnswer(commit, may),
  ]
}

/** Without a user a client acts for itself, which takes a confidential one (RFC 6749 4.4). */
function clientMay(commit: IssueCommit): SQL {
  const confidential = commit.userId === null ? sql` AND c.type = 'confidential'` : sql``
  return sql`(${hasGrantType(commit.grantType)}${confidential})`
}

function userLives({ approval, authTime, claim, request, signIn, userId }: IssueCommit): SQL {
  if (userId === null) return sql`1`
  const password = signIn
    ? sql` AND u.password_hash IN (${signIn.passwordHash}, ${signIn.rehash ?? signIn.passwordHash})`
    : sql``
  // What an old password brought, as a code or a page that is still open, ends with it.
  const since = claim || approval ? sql` AND u.password_changed_at <= ${authTime}` : sql``
  const session = approval
    ? sql` AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${approval.sessionId} AND s.user_id = u.id
        AND s.revoked_at IS NULL AND s.expires_at > ${request.now})`
    : sql``
  return sql`EXISTS (SELECT 1 FROM users u WHERE u.id = ${userId} AND u.is_active = 1${password}${since}${session})`
}

function consentLives({ approval, claim, userId }: IssueCommit): SQL {
  const consentId = claim?.kind === 'code' ? claim.consentId : (approval?.consentId ?? null)
  if (consentId === null) return sql`1`
  return sql`EXISTS (SELECT 1 FROM authorized_clients a WHERE a.id = ${consentId} AND a.user_id = ${userId}
    AND a.client_id = c.client_id AND a.revoked_at IS NULL)`
}

function codeUnspent({ claim, grantId }: IssueCommit): SQL {
  if (claim?.kind !== 'code') return sql`1`
  return sql`NOT EXISTS (SELECT 1 FROM grants g WHERE g.code_id = ${claim.codeId} AND g.id <> ${grantId})`
}

/** User, client and scope of the one live token (OAUTH_SINGLE_ACCESS_TOKEN). No part holds a line feed. */
function singleKey(commit: IssueCommit): SQL {
  const owner = `${commit.userId ?? ''}\n${commit.proof.clientId}\n`
  return sql`(SELECT ${owner} || ${effectiveScope(commit.scope)} FROM clients c WHERE c.client_id = ${commit.proof.clientId})`
}

/** A key that a dead token holds is free again. */
function freeSingleKey(commit: IssueCommit): SQL {
  const { now } = commit.request
  return sql`UPDATE access_tokens SET single_key = NULL WHERE single_key = ${singleKey(commit)} AND (expires_at <= ${now}
    OR revoked_at IS NOT NULL OR EXISTS (SELECT 1 FROM grants g WHERE g.id = grant_id AND g.revoked_at IS NOT NULL))`
}

function insertClientToken(commit: IssueCommit, may: SQL): SQL {
  const { accessTokenId, request } = commit
  return sql`INSERT INTO access_tokens (id, client_id, scope, created_at, expires_at, single_key)
    SELECT ${accessTokenId}, c.client_id, ${effectiveScope(commit.scope)}, ${request.now},
      ${request.now} + ${accessTokenLifetime(commit)}, ${commit.single ? singleKey(commit) : null}
    FROM clients c WHERE ${may} ON CONFLICT DO NOTHING`
}

/** A code that was spent meets the unique code_id, so the insert claims it or does nothing. */
function insertGrant(commit: IssueCommit, may: SQL): SQL {
  const { claim, grantId, request, single, userId } = commit
  const live = sql`(SELECT t.grant_id FROM access_tokens t WHERE t.single_key = ${singleKey(commit)})`
  const needed = single && !claim ? sql` AND ${live} IS NULL` : sql``
  return sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, code_id, refresh_expires_at,
      expires_at, created_at, tokens_of)
    SELECT ${grantId}, ${userId}, c.client_id, ${commit.grantType}, ${effectiveScope(commit.scope)}, ${commit.authTime},
      ${claim?.kind === 'code' ? claim.codeId : null}, ${refreshExpiresAt(commit)},
      max(${request.now} + ${accessTokenLifetime(commit)}, COALESCE(${refreshExpiresAt(commit)}, 0),
        ${claim?.kind === 'code' ? claim.expiresAt : 0}), ${request.now},
      ${single && claim ? live : null}
    FROM clients c WHERE ${may}${needed} ON CONFLICT DO NOTHING`
}

function insertUserToken(commit: IssueCommit): SQL {
  const { accessTokenId, grantId, proof, request } = commit
  return sql`INSERT INTO access_tokens (id, grant_id, client_id, scope, created_at, expires_at, single_key)
    SELECT ${accessTokenId}, g.id, g.client_id, g.scope, ${request.now}, ${request.now} + ${accessTokenLifetime(commit)},
      ${commit.single ? singleKey(commit) : null}
    FROM grants g JOIN clients c ON c.client_id = g.client_id
    WHERE g.id = ${grantId} AND g.revoked_at IS NULL AND g.tokens_of IS NULL AND ${clientGuard(proof, request.now)}
    ON CONFLICT DO NOTHING`
}

/** The tokens as they now are: this request's, or the one live token that was there already. */
function readAnswer(commit: IssueCommit, may: SQL): SQL {
  const { accessTokenId, claim, grantId, single } = commit
  const found = single ? sql`t.single_key = ${singleKey(commit)}` : sql`t.id = ${accessTokenId}`
  const claimed = claim
    ? sql` AND EXISTS (SELECT 1 FROM grants x WHERE x.id = ${grantId} AND x.revoked_at IS NULL)`
    : sql``
  return sql`SELECT ${issuedColumns(commit)} FROM access_tokens t JOIN clients c ON c.client_id = t.client_id
    LEFT JOIN grants g ON g.id = t.grant_id WHERE ${found} AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND ${may}${claimed}`
}
