import type { IssueCommit, IssuedTokens, LiveToken, User } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import { proveClient, toClient } from './clients.ts'
import type { GrantRecord, Operations, Records, TokenRecord } from './records.ts'
import { readActiveUser } from './users.ts'

/** See `Store.readAccessToken`. */
export const readAccessToken: Operations['readAccessToken'] = (records, id, now) => {
  const token = records.tokens.get(id)
  if (!token || token.revoked || !hangsFromLife(records, token, now)) return null
  const client = records.clients.get(token.clientId)
  const grant = token.grantId === null ? null : records.grants.get(token.grantId)
  const user = grant && readActiveUser(records, grant.userId)
  if (!client || client.disabled || (grant && !user)) return null
  return toLiveToken(token, user)
}

/** An access token that has not expired, and whose grant, if it has one, was not revoked. */
export function hangsFromLife({ grants }: Records, token: TokenRecord, now: number): boolean {
  if (token.expiresAt <= now) return false
  return token.grantId === null || grants.get(token.grantId)?.revoked === false
}

function toLiveToken(
  { clientId, createdAt, expiresAt, id, scope }: Omit<LiveToken, 'user'>,
  user: User | null,
): LiveToken {
  return { id, clientId, scope, createdAt, expiresAt, user }
}

/** See `Store.readTokenAs`. */
export const readTokenAs: Operations['readTokenAs'] = (records, proof, token, now) => {
  const client = proveClient(records, proof, now)
  if (!client) return { client: null, token: null }
  // A token of another provider, if such are taken, does not say which of both it is.
  const access = 'id' in token ? readAccessToken(records, token.id, now) : null
  const found = access ?? ('grantId' in token ? readRefreshToken(records, client, token, now) : null)
  return { client: toClient(client), token: found }
}

function readRefreshToken(
  records: Records,
  { clientId }: SeedClient,
  { grantId, sequence = 0 }: { readonly grantId: string; readonly sequence?: number },
  now: number,
): LiveToken | null {
  const grant = records.grants.get(grantId)
  if (grant?.clientId !== clientId || grant.sequence !== sequence || grant.revoked || grant.tokensOf)
    return null
  const user = readActiveUser(records, grant.userId)
  const expiresAt = grant.refreshExpiresAt ?? 0
  return user && expiresAt > now
    ? toLiveToken({ ...grant, createdAt: grant.lastUsedAt, expiresAt }, user)
    : null
}

/** See `Store.revokeToken`. */
export const revokeToken: Operations['revokeToken'] = (records, proof, token, deleteExpired, request) => {
  const client = proveClient(records, proof, request.now)
  if (!client) return false
  const access = 'id' in token ? records.tokens.get(token.id) : null
  if (access?.clientId === client.clientId) endToken(records, access, deleteExpired)
  const grant = 'grantId' in token ? records.grants.get(token.grantId) : null
  if (grant?.clientId === client.clientId) revokeGrant(records, grant, deleteExpired)
  return true
}

/** See `Store.refuseCode`. */
export const refuseCode: Operations['refuseCode'] = (records, proof, codeId, deleteExpired, request) => {
  const client = proveClient(records, proof, request.now)
  if (client) revokeCode(records, client, codeId, null, deleteExpired)
  return client !== null
}

/** Ends what a code was redeemed for before, when its client presents it again (RFC 6749 4.1.2). */
export function revokeCode(
  records: Records,
  { clientId }: SeedClient,
  codeId: string,
  ownGrantId: string | null,
  deleteExpired = false,
): void {
  for (const grant of records.grants.find('codeId', codeId)) {
    if (grant.clientId !== clientId || grant.id === ownGrantId) continue
    const given = grant.tokensOf === null ? null : records.grants.get(grant.tokensOf)
    for (const spent of given ? [grant, given] : [grant]) revokeGrant(records, spent, deleteExpired)
  }
}

/** Ends a grant and all that hangs from it. */
export function revokeGrant(records: Records, grant: GrantRecord, deleteExpired = false): void {
  records.grants.put(grant.id, { ...grant, revoked: true })
  endTokens(records, grant.id, deleteExpired)
}

/** Ends the access tokens of a grant. */
export function endTokens(records: Records, grantId: string, deleteExpired: boolean): void {
  for (const token of records.tokens.find('grantId', grantId)) endToken(records, token, deleteExpired)
}

function endToken({ tokens }: Records, token: TokenRecord, deleteExpired: boolean): void {
  if (deleteExpired) tokens.remove(token.id)
  else tokens.put(token.id, { ...token, revoked: true, singleKey: null })
}

/** When an access token made now ends. */
export function accessTokenEnd(client: SeedClient, commit: IssueCommit): number {
  return commit.request.now + (client.accessTokenLifetime ?? commit.accessTokenLifetime[client.type])
}

/** When a refresh token made now ends; null where the client gets none. */
export function refreshEnd(client: SeedClient, commit: IssueCommit): number | null {
  if (!mayRefresh(client, commit)) return null
  return commit.request.now + (client.refreshTokenLifetime ?? commit.refreshTokenLifetime)
}

function mayRefresh(client: SeedClient, { refreshTokenFor }: IssueCommit): boolean {
  return refreshTokenFor.includes(client.type) && client.grantTypes.includes('refresh_token')
}

/** Tokens as the protocol answers them. */
export function issuedOf(
  { clientId, expiresAt, id, scope }: TokenRecord,
  grant: GrantRecord | null,
  client: SeedClient,
  commit: IssueCommit,
): IssuedTokens {
  const refreshes = grant && mayRefresh(client, commit) && (grant.refreshExpiresAt ?? 0) > commit.request.now
  return {
    accessTokenId: id,
    scope,
    expiresAt,
    userId: grant?.userId ?? null,
    clientId,
    refreshToken: refreshes ? { grantId: grant.id, sequence: grant.sequence } : null,
  }
}
