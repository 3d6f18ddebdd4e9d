import type { RequestMark, Session, SessionCommit, SessionRule } from 'edge-oauth2-provider'
import type { Operations, Records, SessionRecord } from './records.ts'
import { settleSignIn, settleThrottle } from './throttle.ts'
import { readActiveUser, saveExternalUser, signsIn } from './users.ts'

/** A session within both limits. */
export function isAlive(session: SessionRecord, { idleDelta, now }: SessionRule): boolean {
  const { endedBy, expiresAt, lastSeenAt } = session
  return endedBy === null && expiresAt > now && lastSeenAt > now - idleDelta
}

/** A session that lives, with its user. */
export function findSession(records: Records, id: string, rule: SessionRule): Session | null {
  const session = records.sessions.get(id)
  const user = session && isAlive(session, rule) ? readActiveUser(records, session.userId) : null
  if (!session || !user) return null
  const { amr, authTime, lastSeenAt } = session
  return { id, user, authTime, lastSeenAt, amr }
}

/** See `Store.readSession`. */
export const readSession: Operations['readSession'] = findSession

/** See `Store.touchSession`. */
export const touchSession: Operations['touchSession'] = ({ sessions }, id, now) => {
  const session = sessions.get(id)
  if (session && session.lastSeenAt < now) sessions.put(id, { ...session, lastSeenAt: now })
}

function saveSession({ sessions }: Records, commit: SessionCommit, request: RequestMark): boolean {
  const { amr, expiresAt, id, replaces, userAgent, userId } = commit
  const before = sessions.get(id)
  if (before) return before.endedBy === null
  const { network, now } = request
  const times = { authTime: now, lastSeenAt: now, expiresAt }
  sessions.put(id, { id, userId, userAgent, amr, network, ...times, endedBy: null })
  const replaced = replaces === null ? null : sessions.get(replaces)
  if (replaced) sessions.put(replaced.id, { ...replaced, endedBy: replaced.endedBy ?? request.id })
  return true
}

/** See `Store.createSession`. */
export const createSession: Operations['createSession'] = (records, session, signIn, request) => {
  if (signIn.external) saveExternalUser(records, signIn.external, signIn.passwordHash)
  const user = records.users.get(session.userId)
  if (!user?.isActive || !signsIn(user, signIn)) return false
  settleSignIn(records, user.id, signIn)
  return saveSession(records, session, request)
}

/** See `Store.confirmPassword`. */
export const confirmPassword: Operations['confirmPassword'] = (records, of, request) => {
  const { sessionId, signIn, userId } = of
  const session = records.sessions.get(sessionId)
  const user = records.users.get(userId)
  settleThrottle(records, signIn.throttleKeys)
  if (session?.userId !== userId || session.endedBy !== null) return false
  if (!user?.isActive || !signsIn(user, signIn)) return false
  const { now } = request
  records.sessions.put(sessionId, { ...session, authTime: now, lastSeenAt: now, amr: ['pwd'] })
  return true
}

/** See `Store.createUser`. */
export const createUser: Operations['createUser'] = (records, user, session, request) => {
  const { users } = records
  const isOther = ({ id }: { readonly id: string }): boolean => id !== user.id
  const named = users.find('usernameKey', user.usernameKey)
  const alike = users.find('usernameSkeleton', user.usernameSkeleton)
  if ([...named, ...alike].some(isOther)) return 'username taken'
  if (user.emailKey !== null && users.find('emailKey', user.emailKey).some(isOther)) return 'email taken'
  if (!users.get(user.id)) {
    users.put(user.id, { ...user, isStaff: false, isActive: true, passwordChangedAt: request.now })
  }
  saveSession(records, session, request)
  return 'created'
}

/** See `Store.endSessions`. */
export const endSessions: Operations['endSessions'] = ({ sessions }, which, request) => {
  const chosen =
    'id' in which
      ? [sessions.get(which.id)].filter((session) => session !== null)
      : sessions.find('userId', which.userId).filter(({ id }) => id !== which.except)
  const ended = chosen
    .filter(({ userId }) => which.userId === null || userId === which.userId)
    .filter(({ endedBy, expiresAt }) => expiresAt > request.now && (endedBy ?? request.id) === request.id)
  for (const session of ended) sessions.put(session.id, { ...session, endedBy: request.id })
  return ended.length
}
