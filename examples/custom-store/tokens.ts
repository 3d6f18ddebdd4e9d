import type {
  AccessTokenName,
  GrantDetails,
  IssueCommit,
  IssuedTokens,
  LiveToken,
  TokenName,
} from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import { proveClient, toClient } from './clients.ts'
import type { AccessRecord, GrantRecord, Operations, Records } from './records.ts'
import { readActiveUser } from './users.ts'

/** See `Store.readAccessToken`. */
export const readAccessToken: Operations['readAccessToken'] = (records, token, now) => {
  const grant = findAccess(records, token)
  if (!grant?.access || !hasLiveAccess(grant, now)) return null
  // What was exchanged ends with each access token that it rests on, and with their clients.
  const { parent } = grant.details ?? {}
  if (Array.isArray(parent) && parent.some((name) => hasEnded(records, String(name)))) return null
  return mayAct(records, grant) ? describe(records, 'access', grant, grant.access) : null
}

/** An access token, by its grant's id, a period and its number, was ended, and not only replaced by a refresh. */
function hasEnded(records: Records, name: string): boolean {
  const [id = '', sequence] = name.split('.')
  const grant = records.grants.get(id)
  if (!grant || grant.revoked || !mayAct(records, grant)) return true
  const { ended } = grant.details ?? {}
  return typeof ended === 'number' && ended >= Number(sequence)
}

function mayAct({ clients }: Records, { clientId }: GrantRecord): boolean {
  const client = clients.get(clientId)
  return Boolean(client && !client.disabled)
}

/** The grant whose current access token it is. */
function findAccess({ grants }: Records, { grantId, sequence }: AccessTokenName): GrantRecord | null {
  const grant = grants.get(grantId)
  return grant?.sequence === sequence ? grant : null
}

/** The access token of a grant has neither expired nor been ended. */
export function hasLiveAccess({ access, revoked }: GrantRecord, now: number): boolean {
  return !revoked && access !== null && !access.revoked && access.expiresAt > now
}

/** A token as others are told of it; null where its user may no longer act. */
function describe(
  records: Records,
  kind: LiveToken['kind'],
  grant: GrantRecord,
  { createdAt, expiresAt, resource, scope }: Omit<AccessRecord, 'revoked'>,
): LiveToken | null {
  const user = grant.userId === null ? null : readActiveUser(records, grant.userId)
  if (grant.userId !== null && !user) return null
  const { authTime, clientId, details, id: grantId, sequence, sessionId } = grant
  const rest = { createdAt, expiresAt, scope, authTime, sessionId, details }
  return { kind, grantId, sequence, clientId, user, resource: resourcesOf(resource, grant), ...rest }
}

/** See `Store.readTokenAs`. Tokens of another provider are not taken here, so a reference to one finds nothing. */
export const readTokenAs: Operations['readTokenAs'] = (records, proof, token, now) => {
  const client = proveClient(records, proof, now)
  if (!client) return { client: null, token: null }
  const found =
    token.kind === 'access'
      ? readAccessToken(records, token, now)
      : token.kind === 'refresh'
        ? readRefreshToken(records, client, token, now)
        : null
  return { client: toClient(client), token: found }
}

function readRefreshToken(
  records: Records,
  { clientId, grantTypes }: SeedClient,
  { grantId, sequence }: TokenName,
  now: number,
): LiveToken | null {
  const grant = records.grants.get(grantId)
  if (grant?.clientId !== clientId || grant.sequence !== sequence || grant.revoked) return null
  const { createdAt, refreshExpiresAt, scope } = grant
  if (!grantTypes.includes('refresh_token') || (refreshExpiresAt ?? 0) <= now) return null
  const times = { createdAt: grant.access?.createdAt ?? createdAt, expiresAt: refreshExpiresAt ?? 0 }
  return describe(records, 'refresh', grant, { scope, resource: null, ...times })
}

/** See `Store.revokeToken`. */
export const revokeToken: Operations['revokeToken'] = (records, proof, token, deleteExpired, request) => {
  const client = proveClient(records, proof, request.now)
  if (!client) return false
  if (token.kind === 'imported') return true
  const grant = token.kind === 'access' ? findAccess(records, token) : records.grants.get(token.grantId)
  if (grant?.clientId !== client.clientId) return true
  if (token.kind === 'refresh') revokeGrant(records, grant, deleteExpired)
  else {
    // What was exchanged from it stays ended when another takes its place.
    const details = { ...grant.details, ended: grant.sequence }
    records.grants.put(grant.id, { ...grant, ...endedAccess(grant, deleteExpired), details })
  }
  return true
}

/** See `Store.refuseCode`. */
export const refuseCode: Operations['refuseCode'] = (records, proof, codeId, deleteExpired, request) => {
  const client = proveClient(records, proof, request.now)
  if (client) revokeCode(records, client, codeId, request.id, deleteExpired)
  return client !== null
}

/**
 * Ends what a code was redeemed for before, when its client presents it again (RFC 6749 4.1.2).
 * @param by the request: what it made itself is no replay
 */
export function revokeCode(
  records: Records,
  { clientId }: SeedClient,
  codeId: string,
  by: string,
  deleteExpired: boolean,
): void {
  const grant = records.grants.get(codeId)
  if (grant?.clientId !== clientId || grant.madeBy === by) return
  const given = grant.tokensOf === null ? null : records.grants.get(grant.tokensOf)
  for (const spent of given ? [grant, given] : [grant]) revokeGrant(records, spent, deleteExpired)
}

/** Ends a grant with its tokens. */
export function revokeGrant({ grants }: Records, grant: GrantRecord, deleteExpired = false): void {
  grants.put(grant.id, { ...grant, ...endedAccess(grant, deleteExpired), revoked: true })
}

function endedAccess(
  { access }: GrantRecord,
  deleteExpired: boolean,
): Pick<GrantRecord, 'access' | 'singleKey'> {
  return { access: access && !deleteExpired ? { ...access, revoked: true } : null, singleKey: null }
}

/** The resources that an access token is for: those that its request named, or all of its grant's (RFC 8707). */
export function resourcesOf(
  named: readonly string[] | null,
  { details }: Pick<GrantRecord, 'details'>,
): readonly string[] {
  const held = details?.['resource']
  return named ?? (Array.isArray(held) ? held.filter((value: unknown) => typeof value === 'string') : [])
}

/** User, client, scope and resources, whose one live access token is given again. */
export function singleKey(userId: string | null, clientId: string, scope: string, resource: unknown): string {
  return [userId ?? '', clientId, scope, ...(resource ? [JSON.stringify(resource)] : [])].join('\n')
}

/**
 * When an access token made now expires.
 * @param kept what the grant keeps of it that is refreshed
 */
export function accessTokenEnd(
  client: SeedClient,
  commit: IssueCommit,
  kept: GrantDetails | null = null,
): number {
  const usual = client.accessTokenLifetime ?? commit.accessTokenLifetime[client.type]
  const longest = commit.longestAccess ?? kept?.['lifetime']
  return commit.request.now + Math.min(usual, typeof longest === 'number' ? longest : usual)
}

/** When a refresh token made now expires; null where the client gets none. */
export function refreshEnd(client: SeedClient, commit: IssueCommit): number | null {
  if (!mayRefresh(client, commit)) return null
  return commit.request.now + (client.refreshTokenLifetime ?? commit.refreshTokenLifetime)
}

function mayRefresh(client: SeedClient, { refreshTokenFor }: IssueCommit): boolean {
  return refreshTokenFor.includes(client.type) && client.grantTypes.includes('refresh_token')
}

/** The current tokens of a grant as the protocol answers them; null where it has no access token. */
export function issuedOf(grant: GrantRecord, client: SeedClient, commit: IssueCommit): IssuedTokens | null {
  const { access, authTime, clientId, details, id, refreshExpiresAt, sequence, sessionId, userId } = grant
  return (
    access && {
      token: { grantId: id, sequence },
      refreshes: mayRefresh(client, commit) && (refreshExpiresAt ?? 0) > commit.request.now,
      scope: access.scope,
      expiresAt: access.expiresAt,
      clientId,
      userId,
      authTime,
      sessionId,
      details,
      resource: resourcesOf(access.resource, grant),
    }
  )
}
