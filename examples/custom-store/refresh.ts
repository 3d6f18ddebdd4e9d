import type { Claim, IssueCommit, IssueOutcome } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import { covers, proveClient } from './clients.ts'
import type { GrantRecord, Records } from './records.ts'
import { accessTokenEnd, endTokens, issuedOf, refreshEnd, revokeGrant } from './tokens.ts'

type RefreshClaim = Extract<Claim, { kind: 'refresh' }>

/** Rotates a refresh token (RFC 6749 6), and ends the grant of one that was used before (RFC 9700 4.14). */
export function refreshTokens(records: Records, commit: IssueCommit, claim: RefreshClaim): IssueOutcome {
  const { proof, request, scope } = commit
  const client = proveClient(records, proof, request.now)
  const known = client ?? records.clients.get(proof.clientId)
  const found = records.grants.get(claim.grantId)
  const grant = found?.clientId === proof.clientId && !found.revoked ? found : null
  const repeated = grant !== null && isRepeated(records, commit, claim, grant)
  if (client && grant && grant.sequence > claim.sequence && !repeated) revokeGrant(records, grant)
  const verdict = {
    authenticated: client !== null,
    hasGrantType: known?.grantTypes.includes('refresh_token') ?? false,
    userLives: found !== null && records.users.get(found.userId)?.isActive === true,
    claimHolds:
      grant !== null &&
      (grant.refreshExpiresAt ?? 0) > request.now &&
      (repeated || grant.sequence === claim.sequence),
    scopeAllowed: scope.requested === null || (found !== null && covers(found.scope, scope.requested)),
  }
  if (!client || !grant || Object.values(verdict).includes(false)) return { verdict, issued: null }
  const current = repeated ? grant : rotate(records, client, commit, grant)
  const token = records.tokens.get(commit.accessTokenId)
  return { verdict, issued: token && !token.revoked ? issuedOf(token, current, client, commit) : null }
}

/** The request that made the last rotation, sent again; or a lost reply, while its access token lives. */
function isRepeated(
  { tokens }: Records,
  { accessTokenId, request }: IssueCommit,
  { reuseInterval, sequence }: RefreshClaim,
  grant: GrantRecord,
): boolean {
  if (grant.sequence !== sequence + 1) return false
  if (grant.rotatedBy === request.id) return true
  const recent = reuseInterval > 0 && grant.lastUsedAt > request.now - reuseInterval
  return recent && tokens.get(accessTokenId)?.revoked === false
}

/** The next number, and the access token that takes the place of the others. */
function rotate(records: Records, client: SeedClient, commit: IssueCommit, grant: GrantRecord): GrantRecord {
  const { accessTokenId, deleteExpired, request } = commit
  const scope = commit.scope.requested ?? grant.scope
  const expiresAt = accessTokenEnd(client, commit)
  const refreshExpiresAt = refreshEnd(client, commit)
  const next = {
    ...grant,
    sequence: grant.sequence + 1,
    rotatedBy: request.id,
    lastUsedAt: request.now,
    refreshExpiresAt,
    expiresAt: Math.max(grant.expiresAt, expiresAt, refreshExpiresAt ?? 0),
  }
  records.grants.put(grant.id, next)
  endTokens(records, grant.id, deleteExpired)
  const key = `${grant.userId}\n${client.clientId}\n${scope}`
  const isFree = records.tokens.find('singleKey', key).every(({ revoked }) => revoked)
  records.tokens.put(accessTokenId, {
    id: accessTokenId,
    grantId: grant.id,
    clientId: client.clientId,
    scope,
    createdAt: request.now,
    expiresAt,
    revoked: false,
    singleKey: commit.single && isFree ? key : null,
  })
  if (deleteExpired) records.tokens.purge(request.now)
  return next
}
