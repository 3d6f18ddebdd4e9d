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
  const consents = records.consents.find('userId', userId).filter(({ withdrawn }) => withdrawn === null)
  const sessions = records.sessions.find('userId', userId).filter((one) => isAlive(one, rule))
  return {
    session,
    authorizedClients: consents
      .toSorted((a, b) => b.authorizedAt - a.authorizedAt)
      .map((consent) => describe(records, consent)),
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

function describe(
  records: Records,
  { authorizedAt, clientId, scope, userId }: ConsentRecord,
): AuthorizedClient {
  const client = records.clients.get(clientId)
  const uses = grantsOf(records, userId, clientId).map(
    ({ access, createdAt }) => access?.createdAt ?? createdAt,
  )
  return {
    clientId,
    name: client?.name ?? clientId,
    url: client?.url ?? null,
    redirectUri: client?.redirectUris[0] ?? null,
    scope,
    authorizedAt,
    lastUsedAt: uses.length > 0 ? Math.max(...uses) : null,
  }
}

function grantsOf({ grants }: Records, userId: string, clientId: string): readonly GrantRecord[] {
  return grants.find('userId', userId).filter((grant) => grant.clientId === clientId)
}

/** See `Store.withdrawConsent`. */
export const withdrawConsent: Operations['withdrawConsent'] = (records, which, { id: by, now }) => {
  const key = `${which.userId} ${which.clientId}`
  const consent = records.consents.get(key)
  if (!consent) return null
  // The request sent again is told the same; another one comes too late.
  if (consent.withdrawn) return consent.withdrawn.by === by ? consent.withdrawn.told : null
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
  records.consents.put(key, { ...consent, withdrawn: { by, told } })
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
  for (const grant of records.grants.find('userId', userId)) revokeGrant(records, grant, deleteExpired)
  settleThrottle(records, signIn.throttleKeys)
  return true
}
