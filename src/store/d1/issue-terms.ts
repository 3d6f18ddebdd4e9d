import { sql, type SQL } from 'drizzle-orm'
import { timeOfId } from '../../crypto/bytes.ts'
import { ADMIN_SCOPE } from '../../scope.ts'
import type { IssueCommit, ScopeRule } from '../records.ts'
import {
  clientGuard,
  hasGrantType,
  mayRefresh,
  proofPlaces,
  proofShape,
  type ProofShape,
  proofValues,
} from './client-guard.ts'
import { value, type Values } from './run.ts'

/** What the text of an issuing statement depends on; all else are its values. */
export interface IssueShape {
  readonly proof: ProofShape
  readonly scope: ScopeShape
  /** A user's grant, and not a client's own. */
  readonly hasUser: boolean
  readonly claim: 'code' | 'earlier code' | 'none'
  /** A consent must live that was given before. */
  readonly hasConsent: boolean
  readonly hasSession: boolean
  readonly hasPassword: boolean
}

/** The shape of a commit that makes a grant. */
export function shapeOf({ approval, claim, proof, scope, signIn, userId }: IssueCommit): IssueShape {
  const isCode = claim?.kind === 'code'
  return {
    proof: proofShape(proof),
    scope: scopeShape(scope, isCode),
    hasUser: userId !== null,
    claim: isCode ? (claim.earlierId === null ? 'code' : 'earlier code') : 'none',
    hasConsent: isCode || approval !== null,
    hasSession: approval !== null,
    hasPassword: signIn !== null,
  }
}

/** What names the text of a statement of this shape. */
export function nameOf(shape: IssueShape): string {
  return Object.values(shape).join(', ')
}

/** The values of a commit that makes a grant. */
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
    op: request.id,
    network: request.network,
    refreshesConfidential: refreshTokenFor.includes('confidential'),
    refreshesPublic: refreshTokenFor.includes('public'),
    consentId: code?.consentId ?? approval?.consentId ?? null,
    codeEnd: code?.expiresAt ?? 0,
    // A code of the first format does not say when it was given: it counts as given now.
    codeTime: code?.earlierId === null ? timeOfId(commit.grantId) : request.now,
    earlierId: code?.earlierId ?? null,
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
  }
}

/** When an access token of the client `c` made now expires. */
export const accessExpiresAt = sql`(${value('now')} + COALESCE(c.access_token_lifetime,
  CASE c.type WHEN 'public' THEN ${value('publicLifetime')} ELSE ${value('confidentialLifetime')} END))`

/** When a refresh token of the client `c` made now expires. */
export const refreshExpiresAt = sql`(${value('now')} + COALESCE(c.refresh_token_lifetime, ${value('refreshLifetime')}))`

/** The same; NULL where the client gets none: one that it could not use would only be a risk. */
export function firstRefreshExpiresAt({ hasUser }: IssueShape): SQL {
  if (!hasUser) return sql`NULL`
  return sql`CASE WHEN CASE c.type WHEN 'public' THEN ${value('refreshesPublic')} ELSE ${value('refreshesConfidential')} END
    AND ${mayRefresh} THEN ${refreshExpiresAt} END`
}

/** What must hold of a commit, each rule by itself, over the client `c`. */
export interface IssueConditions {
  readonly authenticated: SQL
  readonly hasGrantType: SQL
  readonly userLives: SQL
  readonly claimHolds: SQL
  readonly claimSpent: SQL
  readonly scopeAllowed: SQL
  /** All of them, but that the code is unspent: what writes finds that out. */
  readonly all: SQL
  readonly scope: SQL
}

/** The conditions of a commit that makes a grant. */
export function issueConditions(shape: IssueShape): IssueConditions {
  const authenticated = clientGuard(proofPlaces(shape.proof))
  // Without a user a client acts for itself, which takes a confidential one (RFC 6749 4.4).
  const confidential = shape.hasUser ? sql`` : sql` AND c.type = 'confidential'`
  const has = sql`(${hasGrantType(value('quotedGrantType'))}${confidential})`
  const [lives, consent, allowed] = [userLives(shape), consentLives(shape), scopeAllowed(shape.scope)]
  const earlier =
    shape.claim === 'earlier code'
      ? sql` AND NOT EXISTS (SELECT 1 FROM token_aliases k WHERE k.id = ${value('earlierId')})`
      : sql``
  return {
    authenticated,
    hasGrantType: has,
    userLives: lives,
    claimSpent: sql`(NOT (${codeUnspent(shape)}${earlier}))`,
    claimHolds: sql`(${consent} AND ${codeUnspent(shape)}${earlier})`,
    scopeAllowed: allowed,
    all: sql`${authenticated} AND ${has} AND ${lives} AND ${consent} AND ${allowed}${earlier}`,
    scope: givenScope(shape.scope),
  }
}

function userLives({ claim, hasPassword, hasSession, hasUser }: IssueShape): SQL {
  if (!hasUser) return sql`1`
  const password = hasPassword
    ? sql` AND u.password_hash IN (${value('passwordHash')}, ${value('rehash')})`
    : sql``
  // What an old password brought, as a code or a page that is still open, ends with it.
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

/** What fills the places of a scope rule. */
export function scopeValues({ fallback, known, requested }: ScopeRule): Values {
  return {
    requested,
    requestedNames: requested === null ? null : namesOf(requested),
    fallbackNames: namesOf(fallback),
    known: ` ${known.join(' ')} `,
  }
}

/** The names of a scope as a JSON array. */
function namesOf(scope: string): string {
  return JSON.stringify(scope.split(' ').filter(Boolean))
}

/** A column of names separated by spaces as a JSON array: no name holds a quotation mark or a backslash (RFC 6749 3.3). */
const columnNames = (column: SQL): SQL => sql`('["' || replace(${column}, ' ', '","') || '"]')`

const holds = (scope: SQL, name: SQL): SQL => sql`instr(' ' || ${scope} || ' ', ' ' || ${name} || ' ') > 0`

/** The name `w` exists, in the settings or in the table. */
const exists = sql`(instr(${value('known')}, ' ' || w.value || ' ') > 0
  OR EXISTS (SELECT 1 FROM scopes s WHERE s.name = w.value))`

const admin = sql.raw(`'${ADMIN_SCOPE}'`)

/** The name `w` exists, and the client `c` may have it: `admin` only where its own list names it. */
const isAllowed = sql`(((c.scope IS NULL AND w.value <> ${admin}) OR ${holds(sql`c.scope`, sql`w.value`)}) AND ${exists})`

/** Every name of a JSON array is among the space-separated names of a column. */
function covers(has: SQL, names: SQL): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${names}) w WHERE NOT ${holds(has, sql`w.value`)})`
}

/** Those of the names that exist and that the client `c` may have, in their order; NULL where none is left. */
function cut(names: SQL): SQL {
  return sql`(SELECT group_concat(w.value, ' ') FROM json_each(${names}) w WHERE ${isAllowed})`
}

/** One of the names is left: the first that is found tells. */
function isLeft(names: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${names}) w WHERE ${isAllowed})`
}

/** Which rule a statement goes by. */
type ScopeShape =
  /** All that was asked for, or nothing. */
  | 'asked'
  /** What a code carries, as far as it is still allowed. */
  | 'carried'
  /** The default of the client `c`. */
  | 'default'

/** The rule for a commit that makes a grant. */
function scopeShape(rule: ScopeRule, isCode: boolean): ScopeShape {
  if (rule.requested === null) return 'default'
  return isCode ? 'carried' : 'asked'
}

/** The names that a commit begins with, as a JSON array. */
function namesFor(shape: ScopeShape): SQL {
  if (shape !== 'default') return value('requestedNames')
  // Nobody gets `admin` who does not name it.
  return sql`CASE WHEN c.scope IS NULL OR ${covers(sql`c.scope`, value('fallbackNames'))}
    THEN ${value('fallbackNames')}
    ELSE (SELECT json_group_array(n.value) FROM json_each(${columnNames(sql`c.scope`)}) n WHERE n.value <> ${admin}) END`
}

/** The scope that the client `c` gets, if `scopeAllowed` holds. */
function givenScope(shape: ScopeShape): SQL {
  return shape === 'asked' ? value('requested') : cut(namesFor(shape))
}

/** The client `c` gets a scope. */
function scopeAllowed(shape: ScopeShape): SQL {
  if (shape !== 'asked') return isLeft(namesFor(shape))
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${value('requestedNames')}) w WHERE NOT ${isAllowed})`
}

/** What a refresh begins with: what was asked for, or all of the grant `g`. */
function refreshedNames(isAsked: boolean): SQL {
  return isAsked ? value('requestedNames') : columnNames(sql`g.scope`)
}

/** The scope of a refreshed access token, if `refreshAllowed` holds: as much as the client `c` may still have. */
export function refreshedScope(isAsked: boolean): SQL {
  return cut(refreshedNames(isAsked))
}

/** Something is left of the scope for a refreshed access token. */
export function refreshAllowed(isAsked: boolean): SQL {
  return isLeft(refreshedNames(isAsked))
}

/** What was asked for lies within the grant `g` (RFC 6749 6). */
export function withinGrant(isAsked: boolean): SQL {
  return isAsked ? covers(sql`g.scope`, value('requestedNames')) : sql`1`
}
