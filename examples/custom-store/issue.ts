import type { IssueCommit, IssuedTokens, IssueVerdict } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import { allowsScope, effectiveScope, proveClient } from './clients.ts'
import type { Operations, Records, TokenRecord } from './records.ts'
import { refreshTokens } from './refresh.ts'
import { settleSignIn } from './throttle.ts'
import { accessTokenEnd, hangsFromLife, issuedOf, refreshEnd, revokeCode } from './tokens.ts'
import { saveExternalUser, signsIn } from './users.ts'

/** See `Store.issueTokens`. */
export const issueTokens: Operations['issueTokens'] = (records, commit) => {
  const { claim, proof, request, signIn } = commit
  if (claim?.kind === 'refresh') return refreshTokens(records, commit, claim)
  const proven = proveClient(records, proof, request.now)
  const client = proven ?? records.clients.get(proof.clientId)
  if (signIn?.external && proven) saveExternalUser(records, signIn.external, signIn.passwordHash)
  if (claim && proven) revokeCode(records, proven, claim.codeId, commit.grantId)
  const verdict: IssueVerdict = {
    authenticated: proven !== null,
    hasGrantType: client !== null && mayUse(client, commit),
    userLives: userLives(records, commit),
    claimHolds: claimHolds(records, commit),
    scopeAllowed: client !== null && allowsScope(records, client, commit.scope),
  }
  if (!proven || Object.values(verdict).includes(false)) return { verdict, issued: null }
  const token = makeToken(records, proven, commit)
  if (signIn) settleSignIn(records, commit.userId, signIn)
  if (commit.deleteExpired) records.tokens.purge(request.now)
  return { verdict, issued: token && issued(records, proven, commit, token) }
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
  if ((claim || approval) && user.passwordChangedAt > authTime) return false
  const session = approval && records.sessions.get(approval.sessionId)
  if (
    approval &&
    (session?.userId !== userId || session.endedBy !== null || session.expiresAt <= request.now)
  )
    return false
  return !signIn || signsIn(user, signIn)
}

/** The consent that brought the code lives, and no other grant was made of it. */
function claimHolds({ consents, grants }: Records, commit: IssueCommit): boolean {
  const { approval, claim, grantId, proof, userId } = commit
  const consentId = claim?.kind === 'code' ? claim.consentId : (approval?.consentId ?? null)
  const consent = consents.get(`${userId} ${proof.clientId}`)
  if (consentId !== null && (consent?.id !== consentId || consent.withdrawn)) return false
  if (claim?.kind !== 'code') return true
  return grants.find('codeId', claim.codeId).every(({ id }) => id === grantId)
}

/** The access token of this commit: a new one, that which it made before, or the only one that may live. */
function makeToken(records: Records, client: SeedClient, commit: IssueCommit): TokenRecord | null {
  const { accessTokenId, grantId, request, userId } = commit
  const scope = effectiveScope(client, commit.scope)
  const singleKey = commit.single ? `${userId ?? ''}\n${client.clientId}\n${scope}` : null
  const only = singleKey === null ? null : findOnly(records, singleKey, request.now)
  const made = records.tokens.get(accessTokenId)
  if (made) return made.revoked || !hangsFromLife(records, made, request.now) ? null : made
  if (only && !commit.claim) return only
  if (userId !== null && !makeGrant(records, client, commit, scope, only?.grantId ?? null)) return null
  if (only) return only
  const token = {
    id: accessTokenId,
    grantId: userId === null ? null : grantId,
    clientId: client.clientId,
    scope,
    createdAt: request.now,
    expiresAt: accessTokenEnd(client, commit),
    revoked: false,
    singleKey,
  }
  records.tokens.put(accessTokenId, token)
  return token
}

function findOnly(records: Records, singleKey: string, now: number): TokenRecord | null {
  const alive = records.tokens.find('singleKey', singleKey)
  return alive.find((token) => !token.revoked && hangsFromLife(records, token, now)) ?? null
}

/** Makes the grant, or finds the one that this commit made before; false where that was revoked since. */
function makeGrant(
  { grants }: Records,
  client: SeedClient,
  commit: IssueCommit,
  scope: string,
  tokensOf: string | null,
): boolean {
  const { claim, grantId, request, userId } = commit
  const before = grants.get(grantId)
  if (before) return !before.revoked
  // As long as the code may come again, its grant is remembered.
  const codeEnd = commit.claim?.kind === 'code' ? commit.claim.expiresAt : 0
  const refreshExpiresAt = refreshEnd(client, commit)
  grants.put(grantId, {
    id: grantId,
    userId: userId ?? '',
    clientId: client.clientId,
    scope,
    codeId: claim?.kind === 'code' ? claim.codeId : null,
    tokensOf,
    sequence: 0,
    rotatedBy: null,
    lastUsedAt: request.now,
    refreshExpiresAt,
    expiresAt: Math.max(accessTokenEnd(client, commit), refreshExpiresAt ?? 0, codeEnd),
    revoked: false,
  })
  return true
}

function issued(records: Records, client: SeedClient, commit: IssueCommit, token: TokenRecord): IssuedTokens {
  return issuedOf(token, token.grantId === null ? null : records.grants.get(token.grantId), client, commit)
}
