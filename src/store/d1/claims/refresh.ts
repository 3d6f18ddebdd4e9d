import { sql, type SQL } from 'drizzle-orm'
import type { Claim, IssueCommit, IssueOutcome } from '../../records.ts'
import { aliasTarget, isAlias } from '../aliases.ts'
import { auditStatement } from '../audit.ts'
import {
  clientGuard,
  mayBeBearer,
  mayRefresh,
  proofPlaces,
  proofShape,
  proofValues,
  runProven,
} from '../client-guard.ts'
import { explained, type IssuedRow, issuedColumns, success, type VerdictRow } from '../grant-rows.ts'
import {
  hasBounds,
  lifetimeValues,
  refreshedAccessExpiresAt,
  refreshExpiresAt,
  scopeValues,
} from '../issue-terms.ts'
import { run } from '../run.ts'
import { filled, type Statement, statement, value, type Values } from '../run.ts'
import {
  refreshAllowed,
  refreshedScope,
  type RefreshShape,
  withinGrant,
  withinResources,
} from '../scope-terms.ts'
import { freeRefreshedKey, refreshedKey } from '../single.ts'
import { sweepExpired } from '../sweep.ts'

type RefreshClaim = Extract<Claim, { kind: 'refresh' }>

/**
 * Rotates a refresh token (RFC 6749 6, RFC 9700 4.14). One statement increments the number only if the presented one is
 * current; otherwise a second trip finds out why. Then an older number ends the grant, unless it is a lost reply.
 */
export async function refreshTokens(
  db: D1Database,
  commit: IssueCommit,
  claim: RefreshClaim,
): Promise<IssueOutcome> {
  const terms = refreshTerms(commit, claim)
  const before = commit.single ? [freeKey(terms)] : []
  const sweep = commit.deleteExpired ? [sweepExpired(commit.proof.clientId, commit.request.now)] : []
  const results = await runProven<IssuedRow[]>(db, commit.proof, [...before, rotate(terms), ...sweep])
  const [row] = results[before.length] ?? []
  if (row) return success(row)
  const why = whyStatements(commit, terms)
  const [verdicts, ...rest] = await run<[VerdictRow, ...IssuedRow[]]>(db, why)
  return explained(verdicts[0], rest.at(-1)?.[0])
}

/** What determines the statements of a refresh. */
interface RefreshTerms {
  /** The name of the statements' shape. */
  readonly name: string
  readonly values: Values
  readonly grantId: SQL
  /** The condition that verifies the client; called only when a statement is rendered. */
  readonly guard: () => SQL
  readonly shape: RefreshShape
  readonly isSingle: boolean
  /** Whether the next tokens are bound to a key. */
  readonly isBound: boolean
}

function refreshTerms(commit: IssueCommit, claim: RefreshClaim): RefreshTerms {
  const { jkt, proof, request, scope, single } = commit
  const shape = {
    isAsked: scope.requested !== null,
    isWithin: hasBounds(scope),
    isNarrowed: Boolean(commit.resource),
  }
  const alias = isAlias(claim.grantId)
  return {
    name: [proofShape(proof), ...Object.values(shape), alias, single, jkt !== null].join(', '),
    values: {
      ...proofValues(proof, request.now),
      ...scopeValues(scope),
      ...lifetimeValues(commit),
      grantId: claim.grantId,
      sequence: claim.sequence,
      next: claim.sequence + 1,
      interval: claim.reuseInterval,
      op: request.id,
      network: request.network,
      jkt,
      accessResource: commit.resource ? JSON.stringify(commit.resource) : null,
    },
    grantId: alias ? aliasTarget(value('grantId')) : value('grantId'),
    guard: () => clientGuard(proofPlaces(proofShape(proof))),
    shape,
    isSingle: single,
    isBound: jkt !== null,
  }
}

const userLives = sql`EXISTS (SELECT 1 FROM users u WHERE u.id = g.user_id AND u.is_active = 1)`
const grantLives = sql`(g.client_id = c.client_id AND g.revoked_at IS NULL AND g.tokens_of IS NULL
  AND g.refresh_expires_at > ${value('now')})`
/** Thumbprint of the key that the grant `g` is bound to. */
const boundKey = sql`json_extract(g.details, '$.cnf.jkt')`

/**
 * Condition: the next tokens may be bound as the request wants. A grant with a key can be refreshed only with a proof of a
 * key, and of the same key if the client `c` is public, as nothing else authenticates it (RFC 9449 5).
 */
function bindingHolds(isBound: boolean): SQL {
  return isBound
    ? sql`(c.type = 'confidential' OR ${boundKey} IS NULL OR ${boundKey} = ${value('jkt')})`
    : sql`(${boundKey} IS NULL AND ${mayBeBearer})`
}

const isMine = sql`(g.refresh_seq = ${value('next')} AND g.refresh_op = ${value('op')})`

/** Sets the next number and replaces the tokens. When sent again, it recognizes its own request and does the same. */
function rotate({ grantId, guard, isBound, isSingle, name, shape, values }: RefreshTerms): Statement {
  return statement(`rotate ${name}`, values, () => {
    const scope = refreshedScope(shape)
    const key = isSingle ? sql`, single_key = ${refreshedKey(scope)}` : sql``
    const bound = isBound
      ? sql`, details = json_set(COALESCE(g.details, '{}'), '$.cnf', json_object('jkt', ${value('jkt')}))`
      : sql``
    return sql`UPDATE grants AS g SET refresh_seq = ${value('next')}, refresh_op = ${value('op')},
        refreshed_at = ${value('now')}, refreshed_from = ${value('network')}, access_scope = ${scope},
        access_resource = ${value('accessResource')},
        access_expires_at = ${refreshedAccessExpiresAt}, access_revoked_at = NULL, refresh_expires_at = ${refreshExpiresAt},
        expires_at = max(g.expires_at, ${refreshExpiresAt}, ${refreshedAccessExpiresAt})${key}${bound}
      FROM clients c
      WHERE g.id = ${grantId} AND (g.refresh_seq = ${value('sequence')} OR ${isMine}) AND ${grantLives} AND ${guard()}
        AND ${mayRefresh} AND ${userLives} AND ${bindingHolds(isBound)} AND ${withinGrant(shape)} AND ${refreshAllowed(shape)}
        AND ${withinResources(shape)}
      RETURNING ${issuedColumns()}`
  })
}

function freeKey({ grantId, name, shape, values }: RefreshTerms): Statement {
  return statement(`free key ${name}`, values, () => freeRefreshedKey(grantId, refreshedScope(shape)))
}

/** Explains why the number did not change: first the verdict, then its consequences, last the tokens of a lost reply. */
function whyStatements({ deleteExpired, request }: IssueCommit, terms: RefreshTerms): readonly Statement[] {
  const { grantId, isBound, isSingle, name, shape, values } = terms
  const guard = terms.guard()
  const proven = sql`EXISTS (SELECT 1 FROM clients c WHERE ${guard} AND g.client_id = c.client_id)`
  const known = sql`g.id = ${grantId} AND g.revoked_at IS NULL AND ${proven}`
  const reused = sql`${known} AND g.refresh_seq > ${value('sequence')} AND NOT ${isMine} AND NOT ${isLostReply}${isSingle ? sql` AND NOT ${isConfidential}` : sql``}`
  const saidAgain = isSingle ? sql`(${isLostReply} OR ${isShared})` : isLostReply
  const deleted = deleteExpired ? sql`, access_expires_at = NULL` : sql``
  return [
    statement(`explain refresh ${name}`, values, () => {
      const allowed = sql`(${withinGrant(shape)} AND ${refreshAllowed(shape)})`
      return sql`SELECT ${guard} AS authenticated, ${mayRefresh} AS has_grant_type, ${userLives} AS user_lives,
          g.id IS NOT NULL AND ${allowed} AS scope_allowed, COALESCE(${withinResources(shape)}, 0) AS resource_allowed,
          ${value('accessResource')} IS NULL OR json_extract(g.details, '$.resource') IS NOT NULL AS has_resources, COALESCE(${grantLives}
            AND (g.refresh_seq = ${value('sequence')} OR ${isMine} OR ${saidAgain}), 0) AS claim_holds,
          g.client_id = c.client_id AND g.refresh_seq > ${value('sequence')} AS claim_spent,
          ${bindingHolds(isBound)} AS binding_holds
        FROM clients c LEFT JOIN grants g ON g.id = ${grantId} WHERE c.client_id = ${value('clientId')}`
    }),
    filled(audited('refresh_token_replayed', reused, request), values),
    statement(
      `end reused ${name} ${deleteExpired}`,
      values,
      () => sql`UPDATE grants AS g SET revoked_at = ${value('now')}, revoke_reason = 'refresh_token_replayed'${deleted}
        WHERE ${reused}`,
    ),
    ...endNarrowed(request, terms, known),
    ...noteRepeat(request, terms, known),
    statement(
      `say again ${name}`,
      values,
      () => sql`SELECT ${issuedColumns()} FROM grants AS g WHERE g.id = ${grantId} AND ${saidAgain}
        AND ${withinGrant(shape)} AND ${withinResources(shape)} AND ${userLives}
        AND ${boundKey} IS ${isBound ? value('jkt') : sql`NULL`}
        AND EXISTS (SELECT 1 FROM clients c WHERE ${guard} AND ${mayRefresh} AND ${grantLives})`,
    ),
  ]
}

/**
 * Condition: the number just before the current one of `g`, within the interval, while its successor's access token has not
 * been revoked. The interval is the client's own, or that of the settings; with 0, no reply counts as lost.
 */
const isLostReply = sql`(g.refresh_seq = ${value('next')} AND g.access_revoked_at IS NULL
  AND g.access_expires_at IS NOT NULL AND g.refreshed_at > ${value('now')} - COALESCE((SELECT o.refresh_reuse_interval
    FROM clients o WHERE o.client_id = g.client_id), ${value('interval')}))`

const isConfidential = sql`EXISTS (SELECT 1 FROM clients o WHERE o.client_id = g.client_id AND o.type = 'confidential')`

/**
 * Condition: under OAUTH_SINGLE_ACCESS_TOKEN devices share a grant, so an old number is another device's if the client
 * authenticates with a secret; it then gets the valid tokens.
 */
const isShared = sql`(g.refresh_seq > ${value('sequence')} AND g.access_revoked_at IS NULL
  AND g.access_expires_at > ${value('now')} AND ${isConfidential})`

/** Rotations in a row that may be repeated from another network, such as when a phone leaves the house. */
const STRAYS = 4

/**
 * Records a repeated reply with its network, so that a thief who follows the rotation of a stolen token leaves a trace. If
 * one rotation after another is repeated from elsewhere, the grant ends.
 */
function noteRepeat(
  request: IssueCommit['request'],
  { name, values }: RefreshTerms,
  known: SQL,
): readonly Statement[] {
  const repeated = sql`${known} AND ${isLostReply} AND NOT ${isMine}`
  const strayed = sql`${known} AND g.strayed_seq = g.refresh_seq AND g.strays > ${STRAYS}`
  return [
    filled(audited('refresh_token_repeated', repeated, request), values),
    statement(
      `note stray ${name}`,
      values,
      () => sql`UPDATE grants AS g SET strayed_seq = g.refresh_seq, strayed_at = ${value('now')},
          strays = CASE WHEN g.strayed_seq = g.refresh_seq - 1 THEN g.strays + 1 ELSE 1 END
        WHERE ${repeated} AND g.refreshed_from <> ${value('network')} AND g.strayed_seq IS NOT g.refresh_seq`,
    ),
    filled(audited('refresh_token_followed', strayed, request), values),
    statement(
      `end strayed ${name}`,
      values,
      () => sql`UPDATE grants AS g SET revoked_at = ${value('now')}, revoke_reason = 'refresh_token_followed'
        WHERE ${strayed}`,
    ),
  ]
}

/** The whole grant is requested. */
const WHOLE: RefreshShape = { isAsked: false, isWithin: false, isNarrowed: false }

/** Ends a grant when a refresh finds that its client may have nothing of its scope any more. */
function endNarrowed(
  request: IssueCommit['request'],
  { name, values }: RefreshTerms,
  known: SQL,
): readonly Statement[] {
  const empty = sql`${known} AND g.refresh_seq = ${value('sequence')} AND EXISTS (SELECT 1 FROM clients c
    WHERE ${grantLives} AND ${mayRefresh} AND NOT ${refreshAllowed(WHOLE)})`
  return [
    filled(audited('grant_revoked', empty, request), values),
    statement(
      `end narrowed ${name}`,
      values,
      () =>
        sql`UPDATE grants AS g SET revoked_at = ${value('now')}, revoke_reason = 'scope_withdrawn' WHERE ${empty}`,
    ),
  ]
}

function audited(
  type: 'grant_revoked' | 'refresh_token_followed' | 'refresh_token_repeated' | 'refresh_token_replayed',
  which: SQL,
  request: IssueCommit['request'],
): SQL {
  const event = { type, actor: null, userId: sql`g.user_id`, clientId: sql`g.client_id`, subject: sql`g.id` }
  return auditStatement(event, request, sql`FROM grants g WHERE ${which}`)
}
