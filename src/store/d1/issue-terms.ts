import { sql, type SQL } from 'drizzle-orm'
import { timeOfId } from '../../crypto/bytes.ts'
import type { IssueCommit, ScopeRule } from '../records.ts'
import {
  clientGuard,
  hasGrantType,
  mayBeBearer,
  mayRefresh,
  proofPlaces,
  proofShape,
  type ProofShape,
  proofValues,
} from './client-guard.ts'
import { value, type Values } from './run.ts'
import { givenScope, scopeAllowed, type ScopeShape, type ScopeTerms } from './scope-terms.ts'

/** What the text of an issuing statement depends on; everything else is one of its values. */
export interface IssueShape extends ScopeTerms {
  readonly proof: ProofShape
  /** Whether it is a user's grant, rather than a client's own. */
  readonly hasUser: boolean
  readonly claim: 'code' | 'earlier code' | 'none'
  /** Whether it is based on an assertion that may be used once. */
  readonly isOnce: boolean
  /** Whether an earlier consent must be valid. */
  readonly hasConsent: boolean
  readonly hasSession: boolean
  readonly hasPassword: boolean
  /** Whether the tokens are bound to a key. */
  readonly isBound: boolean
  /** Whether the access token is for only some of the grant's resources. */
  readonly isNarrowed: boolean
}

/** Returns the shape of a commit that creates a grant. */
export function shapeOf({
  approval,
  claim,
  jkt,
  proof,
  resource,
  scope,
  signIn,
  userId,
}: IssueCommit): IssueShape {
  const isCode = claim?.kind === 'code'
  return {
    proof: proofShape(proof),
    scope: scopeShape(scope, isCode),
    hasUser: userId !== null,
    claim: isCode ? (claim.earlierId === null ? 'code' : 'earlier code') : 'none',
    isOnce: claim?.kind === 'assertion',
    hasConsent: isCode || approval !== null,
    hasSession: approval !== null,
    hasPassword: signIn !== null,
    isBound: jkt !== null,
    isWithin: hasBounds(scope),
    isNarrowed: Boolean(resource),
  }
}

/** Returns the name for the text of a statement of this shape. */
export function nameOf(shape: IssueShape): string {
  return Object.values(shape).join(', ')
}

/** Returns the values of a commit that creates a grant. */
export function issueValues(commit: IssueCommit): Values {
  const { approval, claim, proof, refreshTokenFor, request, signIn } = commit
  const code = claim?.kind === 'code' ? claim : null
  return {
    ...proofValues(proof, request.now),
    ...scopeValues(commit.scope),
    ...lifetimeValues(commit),
    grantId: commit.grantId,
    userId: commit.userId,
    grantType: commit.grantType,
    quotedGrantType: `"${commit.grantType}"`,
    authTime: commit.userId === null ? null : commit.authTime,
    sessionId: commit.sessionId,
    details: commit.details && JSON.stringify(commit.details),
    accessResource: commit.resource ? JSON.stringify(commit.resource) : null,
    op: request.id,
    network: request.network,
    refreshesConfidential: refreshTokenFor.includes('confidential'),
    refreshesPublic: refreshTokenFor.includes('public'),
    consentId: code?.consentId ?? approval?.consentId ?? null,
    codeEnd: code?.expiresAt ?? 0,
    // A code of the first format has no issue time, so it counts as issued now.
    codeTime: code?.earlierId === null ? timeOfId(commit.grantId) : request.now,
    earlierId: code?.earlierId ?? null,
    onceHash: claim?.kind === 'assertion' ? claim.jtiHash : null,
    onceEnd: claim?.kind === 'assertion' ? claim.expiresAt : null,
    approvingSession: approval?.sessionId ?? null,
    passwordHash: signIn?.passwordHash ?? null,
    rehash: signIn?.rehash ?? signIn?.passwordHash ?? null,
  }
}

/** The values of `accessExpiresAt` and `refreshExpiresAt`. */
export function lifetimeValues(commit: IssueCommit): Values {
  return {
    confidentialLifetime: commit.accessTokenLifetime.confidential,
    publicLifetime: commit.accessTokenLifetime.public,
    refreshLifetime: commit.refreshTokenLifetime,
    longestAccess: commit.longestAccess ?? null,
    formatLifetime: commit.formatLifetime ?? null,
  }
}

const accessLifetime = sql`COALESCE(c.access_token_lifetime,
  CASE c.type WHEN 'public' THEN ${value('publicLifetime')} ELSE ${value('confidentialLifetime')} END)`

/** The access token format of the client `c`; NULL for our own. */
const clientFormat = sql`CASE WHEN ${value('formatLifetime')} IS NOT NULL THEN json_extract(c.metadata, '$.access_token_format') END`

/** The longest that an access token of this format is valid, in seconds, if the client has no lifetime of its own. */
const formatLifetime = sql`CASE WHEN ${clientFormat} <> 'opaque' AND c.access_token_lifetime IS NULL THEN ${value('formatLifetime')} END`

/** When an access token of the client `c` that is issued now expires. */
export const accessExpiresAt = sql`(${value('now')} + min(${accessLifetime}, COALESCE(${value('longestAccess')}, ${accessLifetime}),
  COALESCE(${formatLifetime}, ${accessLifetime})))`

const formatDetails = sql`CASE WHEN ${clientFormat} <> 'opaque' THEN json_patch(COALESCE(${value('details')}, '{}'),
    json_object('format', ${clientFormat}, 'lifetime',
      min(COALESCE(${formatLifetime}, ${accessLifetime}), COALESCE(${value('longestAccess')}, ${accessLifetime}))))
  ELSE ${value('details')} END`

/**
 * The details of a new grant of the client `c`. If its subjects are pairwise, they include the addresses that determine its
 * sector, so that tokens can contain the subject without another query for the client (RFC 9068 2.2).
 */
export const keptDetails = sql`(SELECT CASE WHEN ${value('formatLifetime')} IS NOT NULL
    AND json_extract(c.metadata, '$.subject_type') = 'pairwise'
  THEN json_set(COALESCE(k.kept, '{}'), '$.pairwise', (SELECT json_group_array(DISTINCT
      COALESCE(json_extract(c.metadata, '$.sector_identifier_uri'), r.uri))
    FROM clients o LEFT JOIN client_redirect_uris r ON r.client_id = o.client_id WHERE o.client_id = c.client_id))
  ELSE k.kept END FROM (SELECT ${formatDetails} AS kept) k)`

/** The same for a refreshed token of the grant `g`. */
export const refreshedAccessExpiresAt = sql`(${value('now')} + min(${accessLifetime},
  COALESCE(${value('longestAccess')}, json_extract(g.details, '$.lifetime'), ${accessLifetime})))`

/** When a refresh token of the client `c` that is issued now expires. */
export const refreshExpiresAt = sql`(${value('now')} + COALESCE(c.refresh_token_lifetime, ${value('refreshLifetime')}))`

/** The same; NULL if the client gets none, as one that it could not use would only be a risk. */
export function firstRefreshExpiresAt({ hasUser }: IssueShape): SQL {
  if (!hasUser) return sql`NULL`
  return sql`CASE WHEN CASE c.type WHEN 'public' THEN ${value('refreshesPublic')} ELSE ${value('refreshesConfidential')} END
    AND ${mayRefresh} THEN ${refreshExpiresAt} END`
}

/** Condition: this request has spent the assertion, see `spendAssertion`. */
const spentHere = sql`EXISTS (SELECT 1 FROM used_jti j WHERE j.jti_hash = ${value('onceHash')} AND j.op = ${value('op')})`

/** The conditions of a commit over the client `c`, each rule separately. */
export interface IssueConditions {
  readonly authenticated: SQL
  readonly hasGrantType: SQL
  readonly userLives: SQL
  readonly claimHolds: SQL
  readonly claimSpent: SQL
  readonly bindingHolds: SQL
  readonly scopeAllowed: SQL
  /** All of them, except that the code is unspent, which the insert itself finds out. */
  readonly all: SQL
  /** The scope of the grant. */
  readonly scope: SQL
  /** The scope of its access token; NULL if it is the grant's. */
  readonly accessScope: SQL
  /** The scope of its access token, never NULL. */
  readonly givenScope: SQL
}

/** Returns the conditions of a commit that creates a grant. */
export function issueConditions(shape: IssueShape): IssueConditions {
  const authenticated = clientGuard(proofPlaces(shape.proof))
  // Without a user a client acts for itself, which only a confidential one may (RFC 6749 4.4).
  const confidential = shape.hasUser ? sql`` : sql` AND c.type = 'confidential'`
  const has = sql`(${hasGrantType(value('quotedGrantType'))}${confidential})`
  const binding = shape.isBound ? sql`1` : mayBeBearer
  const [lives, consent, allowed] = [userLives(shape), consentLives(shape), scopeAllowed(shape)]
  const once = shape.isOnce ? sql` AND ${spentHere}` : sql``
  const earlier =
    shape.claim === 'earlier code'
      ? sql` AND NOT EXISTS (SELECT 1 FROM token_aliases k WHERE k.id = ${value('earlierId')})`
      : sql``
  return {
    authenticated,
    hasGrantType: has,
    userLives: lives,
    claimSpent: sql`(NOT (${codeUnspent(shape)}${earlier}${once}))`,
    claimHolds: sql`(${consent} AND ${codeUnspent(shape)}${earlier}${once})`,
    bindingHolds: binding,
    scopeAllowed: allowed,
    all: sql`${authenticated} AND ${has} AND ${lives} AND ${consent} AND ${binding} AND ${allowed}${earlier}${once}`,
    // The grant keeps the whole scope even if its access token is narrower.
    scope: givenScope(shape.isNarrowed ? { ...shape, isWithin: false } : shape),
    accessScope: shape.isNarrowed ? givenScope(shape) : sql`NULL`,
    givenScope: givenScope(shape),
  }
}

function userLives({ claim, hasPassword, hasSession, hasUser }: IssueShape): SQL {
  if (!hasUser) return sql`1`
  const password = hasPassword
    ? sql` AND u.password_hash IN (${value('passwordHash')}, ${value('rehash')})`
    : sql``
  // A code or open page from before a password change is no longer valid.
  const since =
    claim !== 'none' || hasSession ? sql` AND u.password_changed_at <= ${value('authTime')}` : sql``
  const code =
    claim === 'none' ? sql`` : sql` AND (u.codes_after IS NULL OR u.codes_after < ${value('codeTime')})`
  const session = hasSession
    ? sql` AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${value('approvingSession')} AND s.user_id = u.id
        AND s.revoked_at IS NULL AND s.expires_at > ${value('now')})`
    : sql``
  return sql`EXISTS (SELECT 1 FROM users u
    WHERE u.id = ${value('userId')} AND u.is_active = 1${password}${since}${code}${session})`
}

function consentLives({ claim, hasConsent }: IssueShape): SQL {
  if (!hasConsent) return sql`1`
  const code =
    claim === 'none' ? sql`` : sql` AND (c.codes_after IS NULL OR c.codes_after < ${value('codeTime')})`
  return sql`(EXISTS (SELECT 1 FROM authorized_clients a WHERE a.user_id = ${value('userId')} AND a.client_id = c.client_id
    AND a.revoked_at IS NULL AND (a.id = ${value('consentId')} OR instr(a.joined_ids, ' ' || ${value('consentId')}) > 0))${code})`
}

function codeUnspent({ claim }: IssueShape): SQL {
  if (claim === 'none') return sql`1`
  return sql`NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = ${value('grantId')} AND g.refresh_op IS NOT ${value('op')})`
}

/** Returns the values for a scope rule. */
export function scopeValues({ fallback, known, requested, within }: ScopeRule): Values {
  return {
    requested,
    requestedNames: requested === null ? null : namesOf(requested),
    fallbackNames: namesOf(fallback),
    known: ` ${known.join(' ')} `,
    within: within ? ` ${within.join(' ')} ` : null,
  }
}

/** Returns whether the tokens' resources accept only certain scopes. */
export function hasBounds({ within = null }: ScopeRule): boolean {
  return within !== null
}

/** Returns the names of a scope as a JSON array. */
function namesOf(scope: string): string {
  return JSON.stringify(scope.split(' ').filter(Boolean))
}

/** Returns the rule for a commit that creates a grant. */
function scopeShape(rule: ScopeRule, isCode: boolean): ScopeShape {
  if (rule.requested === null) return 'default'
  return isCode ? 'carried' : 'asked'
}
