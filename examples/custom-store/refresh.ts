import type { Claim, IssueCommit, IssueOutcome } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import { bindingHolds, isBoundTo, rebound } from './bindings.ts'
import { covers, cutScope, proveClient } from './clients.ts'
import type { GrantRecord, Records } from './records.ts'
import {
  accessTokenEnd,
  hasLiveAccess,
  issuedOf,
  refreshEnd,
  resourcesOf,
  revokeGrant,
  singleKey,
} from './tokens.ts'

type RefreshClaim = Extract<Claim, { kind: 'refresh' }>

/** Rotates a refresh token (RFC 6749 6), and ends the grant of one that was used before (RFC 9700 4.14). */
export function refreshTokens(records: Records, commit: IssueCommit, claim: RefreshClaim): IssueOutcome {
  const { deleteExpired, proof, request, scope } = commit
  const client = proveClient(records, proof, request.now)
  const known = client ?? records.clients.get(proof.clientId)
  const found = records.grants.get(claim.grantId)
  const grant = found?.clientId === proof.clientId && !found.revoked ? found : null
  const reuseInterval = known?.refreshReuseInterval ?? claim.reuseInterval
  const repeated = grant !== null && isRepeated(commit, { ...claim, reuseInterval }, grant)
  const isCurrent = grant?.sequence === claim.sequence && (grant.refreshExpiresAt ?? 0) > request.now
  const { requested } = scope
  const left = known && found && cutScope(records, known, scope, requested ?? found.scope)
  const verdict = {
    authenticated: client !== null,
    hasGrantType: known?.grantTypes.includes('refresh_token') ?? false,
    userLives: found !== null && records.users.get(found.userId ?? '')?.isActive === true,
    claimHolds: repeated || isCurrent,
    bindingHolds: bindingHolds(known, commit, found),
    resourceAllowed: found === null || isWithin(commit.resource ?? [], resourcesOf(null, found)),
    hasResources: found === null || !commit.resource?.length || resourcesOf(null, found).length > 0,
    scopeAllowed: left !== null && (requested === null || (found !== null && covers(found.scope, requested))),
  }
  if (client && grant) {
    const isReplay = grant.sequence > claim.sequence && !repeated
    // Nothing that the client may have is left of it: it could never be used again.
    const isEmpty = isCurrent && cutScope(records, client, { ...scope, within: null }, grant.scope) === null
    if (isReplay || isEmpty) revokeGrant(records, grant, deleteExpired)
  }
  if (!client || !grant || left === null || Object.values(verdict).includes(false))
    return { verdict, issued: null }
  // A lost reply is for the holder of the key that its tokens are bound to.
  if (repeated && !isBoundTo(grant, commit)) return { verdict, issued: null }
  const current = repeated ? grant : rotate(records, client, commit, grant, left)
  return { verdict, issued: issuedOf(current, client, commit) }
}

/** Resources that are named are of those of the grant (RFC 8707 2.2). */
function isWithin(named: readonly string[], held: readonly string[]): boolean {
  return named.every((resource) => held.includes(resource))
}

/** The request that made the last rotation, sent again; or a lost reply, while its access token was not ended. */
function isRepeated(
  { request }: IssueCommit,
  { reuseInterval, sequence }: RefreshClaim,
  { access, madeBy, sequence: current }: GrantRecord,
): boolean {
  if (current !== sequence + 1 || !access || access.revoked) return false
  return madeBy === request.id || (reuseInterval > 0 && access.createdAt > request.now - reuseInterval)
}

/** The next number, and the tokens that take the place of the others. */
function rotate(
  records: Records,
  client: SeedClient,
  commit: IssueCommit,
  grant: GrantRecord,
  scope: string,
): GrantRecord {
  const { request } = commit
  const expiresAt = accessTokenEnd(client, commit, grant.details)
  const refreshExpiresAt = refreshEnd(client, commit)
  const key = singleKey(grant.userId, client.clientId, scope, commit.resource ?? grant.details?.['resource'])
  const others = records.grants.find('singleKey', key).filter(({ id }) => id !== grant.id)
  const isFree = !others.some((other) => hasLiveAccess(other, request.now))
  const next = {
    ...grant,
    details: rebound(grant.details, commit),
    sequence: grant.sequence + 1,
    madeBy: request.id,
    access: { scope, resource: commit.resource ?? null, createdAt: request.now, expiresAt, revoked: false },
    refreshExpiresAt,
    expiresAt: Math.max(grant.expiresAt, expiresAt, refreshExpiresAt ?? 0),
    singleKey: commit.single && isFree ? key : null,
  }
  records.grants.put(grant.id, next)
  if (commit.deleteExpired) records.grants.purge(request.now)
  return next
}
