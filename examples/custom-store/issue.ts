import type { IssueCommit, IssuedTokens, IssueVerdict } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import { bindingHolds } from './bindings.ts'
import { givenScope, proveClient, spend } from './clients.ts'
import type { ConsentRecord, GrantRecord, Operations, Records } from './records.ts'
import { refreshTokens } from './refresh.ts'
import { settleSignIn } from './throttle.ts'
import { accessTokenEnd, hasLiveAccess, issuedOf, refreshEnd, revokeCode, singleKey } from './tokens.ts'
import { saveExternalUser, signsIn } from './users.ts'

/** See `Store.issueTokens`. */
export const issueTokens: Operations['issueTokens'] = (records, commit) => {
  const { claim, deleteExpired, grantId, proof, request, signIn } = commit
  if (claim?.kind === 'refresh') return refreshTokens(records, commit, claim)
  const proven = proveClient(records, proof, request.now)
  const client = proven ?? records.clients.get(proof.clientId)
  if (signIn?.external && proven) saveExternalUser(records, signIn.external, signIn.passwordHash)
  if (claim?.kind === 'code' && !claim.comesAgain && proven)
    revokeCode(records, proven, grantId, request.id, deleteExpired)
  const scope = client && givenScope(records, client, commit)
  const verdict: IssueVerdict = {
    authenticated: proven !== null,
    hasGrantType: client !== null && mayUse(client, commit),
    userLives: userLives(records, commit),
    claimHolds: claimHolds(records, commit) && (proven === null || assertionHolds(records, commit)),
    bindingHolds: bindingHolds(client, commit),
    scopeAllowed: scope !== null,
  }
  if (!proven || scope === null || Object.values(verdict).includes(false)) return { verdict, issued: null }
  const issued = makeTokens(records, proven, commit, scope)
  if (signIn) settleSignIn(records, commit.userId, signIn)
  if (deleteExpired) records.grants.purge(request.now)
  return { verdict, issued }
}

/** An assertion works in one request alone. */
function assertionHolds({ spent }: Records, { claim, request }: IssueCommit): boolean {
  if (claim?.kind !== 'assertion') return true
  return spend(spent, { jtiHash: claim.jtiHash, expiresAt: claim.expiresAt, requestId: request.id })
}

/** Without a user a client acts for itself, which takes a confidential one (RFC 6749 4.4). */
function mayUse(client: SeedClient, { grantType, userId }: IssueCommit): boolean {
  return client.grantTypes.includes(grantType) && (userId !== null || client.type === 'confidential')
}

function userLives(records: Records, commit: IssueCommit): boolean {
  const { approval, authTime, claim, request, signIn, userId } = commit
  if (userId === null) return true
  const user = records.users.get(userId)
  if (!user?.isActive) return false
  // What an old password brought, as a code or a page that is still open, ends with it.
  if ((claim || approval) && authTime !== null && user.passwordChangedAt > authTime) return false
  const session = approval && records.sessions.get(approval.sessionId)
  if (
    approval &&
    (session?.userId !== userId || session.endedBy !== null || session.expiresAt <= request.now)
  )
    return false
  return !signIn || signsIn(user, signIn)
}

/** The consent that brought the code lives, and no other request made a grant of it. */
function claimHolds({ consents, grants }: Records, commit: IssueCommit): boolean {
  const { approval, claim, grantId, proof, request, userId } = commit
  const consentId = claim?.kind === 'code' ? claim.consentId : (approval?.consentId ?? null)
  const consent = consents.get(`${userId} ${proof.clientId}`)
  if (consentId !== null && (!consent || consent.withdrawn || !namesConsent(consent, consentId))) return false
  const spent = claim?.kind === 'code' ? grants.get(grantId) : null
  return spent === null || spent.madeBy === request.id
}

function namesConsent({ id, joinedIds }: ConsentRecord, consentId: string): boolean {
  return id === consentId || joinedIds.includes(consentId)
}

/** The tokens of this commit: new ones, those that it made before, or the only ones that may live. */
function makeTokens(
  records: Records,
  client: SeedClient,
  commit: IssueCommit,
  scope: string,
): IssuedTokens | null {
  const { claim, grantId, request, single, userId } = commit
  const target = commit.resource ?? commit.details?.['resource']
  const key = single ? singleKey(userId, client.clientId, scope, target) : null
  const only = key === null ? null : findOnly(records, key, request.now)
  const made = records.grants.get(grantId)
  if (made?.revoked) return null
  // A code makes a grant in any case, which knows its replay.
  if (!made && (claim || !only))
    makeGrant(records, client, commit, scope, { key, tokensOf: only?.id ?? null })
  const holder = only ?? records.grants.get(grantId)
  return holder && issuedOf(holder, client, commit)
}

function findOnly(records: Records, key: string, now: number): GrantRecord | null {
  return records.grants.find('singleKey', key).find((grant) => hasLiveAccess(grant, now)) ?? null
}

function withoutBounds(commit: IssueCommit): IssueCommit {
  return { ...commit, scope: { ...commit.scope, within: null } }
}

function makeGrant(
  records: Records,
  client: SeedClient,
  commit: IssueCommit,
  scope: string,
  { key, tokensOf }: { readonly key: string | null; readonly tokensOf: string | null },
): void {
  const { authTime, claim, details, grantId, request, sessionId, userId } = commit
  const accessExpiresAt = accessTokenEnd(client, commit)
  const refreshExpiresAt = userId === null ? null : refreshEnd(client, commit)
  // As long as the code may come again, its grant is remembered.
  const codeEnd = claim?.kind === 'code' ? claim.expiresAt : 0
  const access = {
    scope,
    resource: commit.resource ?? null,
    createdAt: request.now,
    expiresAt: accessExpiresAt,
    revoked: false,
  }
  records.grants.put(grantId, {
    id: grantId,
    userId,
    clientId: client.clientId,
    // The grant keeps what a narrower access token does without.
    scope: (commit.resource && givenScope(records, client, withoutBounds(commit))) ?? scope,
    authTime: userId === null ? null : authTime,
    sessionId,
    details,
    tokensOf,
    sequence: 0,
    madeBy: request.id,
    createdAt: request.now,
    access: tokensOf === null ? access : null,
    refreshExpiresAt: tokensOf === null ? refreshExpiresAt : null,
    expiresAt: Math.max(accessExpiresAt, refreshExpiresAt ?? 0, codeEnd),
    revoked: false,
    singleKey: tokensOf === null ? key : null,
  })
}
