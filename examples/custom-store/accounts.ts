import type { AuthorizedClient } from 'edge-oauth2-provider'
import type { ConsentRecord, GrantRecord, Operations, Records } from './records.ts'
import { findSession, isAlive } from './sessions.ts'
import { settleThrottle } from './throttle.ts'
import { hasLiveAccess, revokeGrant } from './tokens.ts'

/** See `Store.readAccount`. */
export const readAccount: Operations['readAccount'] = (records, sessionId, rule) => {
  const session = findSession(records, sessionId, rule)
  const scopes = records.scopes.all()
  if (!session) return { session, authorizedClients: [], sessions: [], scopes }
  const userId = session.user.id
  const consents = records.consents
    .find('userId', userId)
    .filter(({ scope, withdrawn }) => withdrawn === null && scope !== '')
  const living = records.grants.find('userId', userId).filter((grant) => grantLives(grant, rule.now))
  const clientIds = new Set([...consents, ...living].map(({ clientId }) => clientId))
  const sessions = records.sessions.find('userId', userId).filter((one) => isAlive(one, rule))
  return {
    session,
    authorizedClients: [...clientIds]
      .map((clientId) => {
        const own = (record: { readonly clientId: string }): boolean => record.clientId === clientId
        return describe(records, clientId, consents.filter(own), living.filter(own))
      })
      .toSorted((a, b) => b.authorizedAt - a.authorizedAt),
    sessions: sessions
      .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)
      .map(({ authTime, id, lastSeenAt, network, userAgent }) => ({
        id,
        userAgent,
        network,
        authTime,
        lastSeenAt,
      })),
    scopes,
  }
}

function grantLives(grant: GrantRecord, now: number): boolean {
  return !grant.revoked && ((grant.refreshExpiresAt ?? 0) > now || hasLiveAccess(grant, now))
}

const lastUse = ({ access, createdAt }: GrantRecord): number => access?.createdAt ?? createdAt

/** What a client has of a user, by consents and by grants that live; earlier uses do not count. */
function describe(
  records: Records,
  clientId: string,
  consents: readonly ConsentRecord[],
  living: readonly GrantRecord[],
): AuthorizedClient {
  const client = records.clients.get(clientId)
  const since = Math.min(
    ...consents.map(({ authorizedAt }) => authorizedAt),
    ...living.map(({ createdAt }) => createdAt),
  )
  const [{ userId } = { userId: null }] = [...consents, ...living]
  const uses = grantsOf(records, userId ?? '', clientId).filter(({ createdAt }) => createdAt >= since)
  const scopes = [...consents, ...living].flatMap(({ scope }) => scope.split(' ').filter(Boolean))
  return {
    clientId,
    name: client?.name ?? clientId,
    url: client?.url ?? null,
    redirectUri: client?.redirectUris[0] ?? null,
    initiateLoginUri: loginUriOf(client),
    scope: [...new Set(scopes)].toSorted().join(' '),
    authorizedAt: since,
    lastUsedAt: uses.length > 0 ? Math.max(...uses.map(lastUse)) : null,
    // Grants have no networks here.
    repeatedElsewhereAt: null,
  }
}

function loginUriOf(client: { readonly metadata: Readonly<Record<string, unknown>> } | null): string | null {
  const uri = client?.metadata['initiate_login_uri']
  return typeof uri === 'string' ? uri : null
}

function grantsOf({ grants }: Records, userId: string, clientId: string): readonly GrantRecord[] {
  return grants.find('userId', userId).filter((grant) => grant.clientId === clientId)
}

/** See `Store.withdrawConsent`. */
export const withdrawConsent: Operations['withdrawConsent'] = (records, which, { id: by, now }) => {
  const key = `${which.userId} ${which.clientId}`
  const consent = records.consents.get(key)
  // The request sent again is told the same.
  if (consent?.withdrawn?.by === by) return consent.withdrawn.told
  const held = grantsOf(records, which.userId, which.clientId).some((grant) => grantLives(grant, now))
  if ((!consent || consent.withdrawn) && !held) return null
  const grants = grantsOf(records, which.userId, which.clientId).filter(({ revoked }) => !revoked)
  const accessTokens = grants.filter((grant) => hasLiveAccess(grant, now))
  const told = {
    clientName: records.clients.get(which.clientId)?.name ?? which.clientId,
    refreshTokens: grants.filter(
      ({ refreshExpiresAt, tokensOf }) => tokensOf === null && (refreshExpiresAt ?? 0) > now,
    ).length,
    accessTokens: accessTokens.length,
  }
  for (const grant of grants) revokeGrant(records, grant, which.deleteExpired)
  const ended = consent ?? {
    id: by,
    userId: which.userId,
    clientId: which.clientId,
    scope: '',
    joinedIds: [],
    authorizedAt: now,
  }
  records.consents.put(key, { ...ended, withdrawn: { by, told } })
  return told
}

/** See `Store.changePassword`. */
export const changePassword: Operations['changePassword'] = (records, change, request) => {
  const { deleteExpired, newHash, sessionId, signIn, userId } = change
  const user = records.users.get(userId)
  if (!user?.isActive) return false
  // The request sent again finds the new password, which no other one could have made.
  if (user.passwordHash === newHash) return true
  if (user.passwordHash !== signIn.passwordHash) return false
  records.users.put(userId, { ...user, passwordHash: newHash, passwordChangedAt: request.now })
  for (const session of records.sessions.find('userId', userId)) {
    // The password was just given again: codes that this session asks for are younger than the new one.
    const changed =
      session.id === sessionId ? { authTime: request.now } : { endedBy: session.endedBy ?? request.id }
    records.sessions.put(session.id, { ...session, ...changed })
  }
  for (const consent of records.consents.find('userId', userId)) {
    if (consent.withdrawn) continue
    const told = { clientName: consent.clientId, refreshTokens: 0, accessTokens: 0 }
    records.consents.put(`${userId} ${consent.clientId}`, { ...consent, withdrawn: { by: request.id, told } })
  }
  for (const grant of records.grants.find('userId', userId)) revokeGrant(records, grant, deleteExpired)
  settleThrottle(records, signIn.throttleKeys)
  return true
}
