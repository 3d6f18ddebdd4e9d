import { sql } from 'drizzle-orm'
import type { IssueCommit, IssueOutcome } from '../records.ts'
import { replayedCodeStatements } from './claims/code.ts'
import { refreshTokens } from './claims/refresh.ts'
import { clientGuard, proofPlaces, runProven } from './client-guard.ts'
import { explained, type IssuedRow, issuedColumns, success, type VerdictRow } from './grant-rows.ts'
import {
  accessExpiresAt,
  firstRefreshExpiresAt,
  issueConditions,
  issueValues,
  keptDetails,
  nameOf,
  shapeOf,
} from './issue-terms.ts'
import { run } from './run.ts'
import { type Statement, statement, value } from './run.ts'
import { externalUserStatements, signInStatements } from './sign-in.ts'
import { singleStatements } from './single.ts'
import { sweepExpired } from './sweep.ts'

/**
 * Authenticates, claims and issues in one commit; see `Store.issueTokens`. If all goes well, one statement is enough; only
 * if it returns nothing, a second trip finds out why, and revokes the tokens of a replayed code.
 */
export async function issueTokens(db: D1Database, commit: IssueCommit): Promise<IssueOutcome> {
  return commit.claim?.kind === 'refresh' ? refreshTokens(db, commit, commit.claim) : makeGrant(db, commit)
}

async function makeGrant(db: D1Database, commit: IssueCommit): Promise<IssueOutcome> {
  const { answer, statements } = makingStatements(commit)
  const [row] = (await runProven<IssuedRow[]>(db, commit.proof, statements))[answer] ?? []
  if (row) return success(row)
  const [verdicts] = await run<[VerdictRow]>(db, explainingStatements(commit))
  return explained(verdicts[0], undefined)
}

/** Returns the statements that create a grant, and which of them returns it. */
function makingStatements(commit: IssueCommit): {
  readonly statements: readonly Statement[]
  readonly answer: number
} {
  const { request, signIn } = commit
  const before = [
    ...(signIn ? externalUserStatements(signIn, request) : []),
    ...(commit.claim?.kind === 'assertion' ? [spendAssertion(commit)] : []),
  ]
  const making = commit.single ? singleStatements(commit) : [insertGrant(commit)]
  const after = [
    ...(signIn ? signInStatements(commit.userId, signIn, request) : []),
    ...(commit.deleteExpired ? [sweepExpired(commit.proof.clientId, request.now)] : []),
  ]
  return { answer: before.length + making.length - 1, statements: [...before, ...making, ...after] }
}

/**
 * Spends an assertion, if its client authenticates: of several requests with the same assertion, only one finds itself in
 * the row.
 */
function spendAssertion(commit: IssueCommit): Statement {
  const shape = shapeOf(commit)
  return statement(
    `spend assertion ${shape.proof}`,
    issueValues(commit),
    () => sql`INSERT INTO used_jti (jti_hash, op, expires_at) SELECT ${value('onceHash')}, ${value('op')}, ${value('onceEnd')}
      FROM clients c WHERE ${clientGuard(proofPlaces(shape.proof))} ON CONFLICT DO NOTHING`,
  )
}

/** Inserts a grant. A spent code conflicts with the grant of its id; a request that is sent again finds its own grant. */
function insertGrant(commit: IssueCommit): Statement {
  const shape = shapeOf(commit)
  return statement(`insert grant ${nameOf(shape)}`, issueValues(commit), () => {
    const { accessScope, all, scope } = issueConditions(shape)
    const refreshEnd = firstRefreshExpiresAt(shape)
    return sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, session_id, details, access_scope, access_resource,
        refresh_op, refreshed_from, refresh_expires_at, access_expires_at, expires_at, created_at)
      SELECT ${value('grantId')}, ${value('userId')}, c.client_id, ${value('grantType')}, ${scope}, ${value('authTime')},
        ${value('sessionId')}, ${keptDetails}, ${accessScope}, ${value('accessResource')}, ${value('op')}, ${value('network')}, ${refreshEnd}, ${accessExpiresAt},
        max(${accessExpiresAt}, COALESCE(${refreshEnd}, 0), ${value('codeEnd')}), ${value('now')}
      FROM clients c WHERE ${all}
      ON CONFLICT (id) DO UPDATE SET refresh_op = excluded.refresh_op
        WHERE refresh_op = excluded.refresh_op AND revoked_at IS NULL
      RETURNING ${issuedColumns()}`
  })
}

/** Finds out why nothing was issued, and revokes the tokens of a code that was spent before. */
function explainingStatements(commit: IssueCommit): readonly Statement[] {
  const shape = shapeOf(commit)
  const { deleteExpired, grantId, proof, request } = commit
  const code = commit.claim?.kind === 'code' ? commit.claim : null
  return [
    statement(`explain grant ${nameOf(shape)}`, issueValues(commit), () => {
      const conditions = issueConditions(shape)
      return sql`SELECT ${conditions.authenticated} AS authenticated, ${conditions.hasGrantType} AS has_grant_type,
        ${conditions.userLives} AS user_lives, ${conditions.claimHolds} AS claim_holds,
        ${conditions.claimSpent} AS claim_spent, ${conditions.bindingHolds} AS binding_holds,
        ${conditions.scopeAllowed} AS scope_allowed, 1 AS resource_allowed, 1 AS has_resources FROM clients c WHERE c.client_id = ${value('clientId')}`
    }),
    ...(code && !code.comesAgain
      ? replayedCodeStatements(proof, code.earlierId ?? grantId, deleteExpired, request)
      : []),
  ]
}
