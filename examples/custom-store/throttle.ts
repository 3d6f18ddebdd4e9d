import type { PasswordSignIn, RequestMark } from 'edge-oauth2-provider'
import { proveClient } from './clients.ts'
import type { CounterRecord, Operations, Records } from './records.ts'

/** See `Store.admitPasswordAttempt`. */
export const admitPasswordAttempt: Operations['admitPasswordAttempt'] = (records, attempt) => {
  const { client, keys, request, usernameKey, window } = attempt
  const found = client && proveClient(records, client.proof, request.now)
  const authenticated = client === null || found !== null
  const registered = client && records.clients.get(client.proof.clientId)
  const hasGrantType = client === null || (registered?.grantTypes.includes(client.grantType) ?? false)
  if (!authenticated || !hasGrantType) {
    const none = { accountAttempts: 0, networkAttempts: 0, accountResetAt: 0, networkResetAt: 0, user: null }
    return { authenticated, hasGrantType, ...none }
  }
  const account = count(records, keys.account, window, request)
  const network = count(records, keys.network, window, request)
  // Nobody proves an address to this store, so `attempt.address` finds nobody.
  const [named] = records.users.find('usernameKey', usernameKey)
  const user = named?.isActive ? named : null
  const all =
    keys.user === undefined ? null : count(records, keys.user + (named?.id ?? keys.account), window, request)
  return {
    authenticated,
    hasGrantType,
    accountAttempts: account.count,
    networkAttempts: network.count,
    userAttempts: all?.count ?? 0,
    accountResetAt: account.expiresAt,
    networkResetAt: network.expiresAt,
    user: user
      ? {
          id: user.id,
          username: user.username,
          email: user.email,
          isStaff: user.isStaff,
          passwordHash: user.passwordHash,
        }
      : null,
  }
}

function count({ throttle }: Records, key: string, window: number, { id, now }: RequestMark): CounterRecord {
  const before = throttle.get(key)
  if (before?.countedBy === id) return before
  const after =
    before && before.expiresAt > now
      ? { ...before, count: before.count + 1, countedBy: id }
      : { count: 1, expiresAt: now + window, countedBy: id }
  throttle.put(key, after)
  return after
}

/** What a right password settles: the throttle, and a stronger hash. */
export function settleSignIn(
  records: Records,
  userId: string | null,
  { passwordHash, rehash, throttleKeys }: PasswordSignIn,
): void {
  const user = userId === null ? null : records.users.get(userId)
  if (user && rehash !== null && user.passwordHash === passwordHash) {
    records.users.put(user.id, { ...user, passwordHash: rehash })
  }
  settleThrottle(records, throttleKeys)
}

/** Forgets the account, and takes its last attempt back from the network, once. */
export function settleThrottle({ throttle }: Records, keys: PasswordSignIn['throttleKeys']): void {
  const network = throttle.get(keys.network)
  if (!throttle.get(keys.account)) return
  if (network) throttle.put(keys.network, { ...network, count: Math.max(0, network.count - 1) })
  throttle.remove(keys.account)
  if (keys.user !== undefined) throttle.remove(keys.user)
}
