import type { PasswordSignIn, User } from 'edge-oauth2-provider'
import type { Records, UserRecord } from './records.ts'

/** A user without what only this storage knows. */
export function toUser({ email, id, isStaff, username }: UserRecord): User {
  return { id, username, email, isStaff }
}

/** A user who may sign in. */
export function readActiveUser({ users }: Records, id: string): User | null {
  const user = users.get(id)
  return user?.isActive ? toUser(user) : null
}

/** The password that was checked is still the user's; or this sign-in has made it stronger already. */
export function signsIn({ passwordHash }: UserRecord, signIn: PasswordSignIn): boolean {
  return passwordHash === signIn.passwordHash || passwordHash === signIn.rehash
}

/** Keeps a user of somebody else's table, and takes no name from anybody: its key holds what no username has. */
export function saveExternalUser({ users }: Records, user: User, passwordHash: string): void {
  const before = users.get(user.id)
  if (before && before.passwordHash !== passwordHash) return
  const own = { usernameKey: `external\n${user.id}`, emailKey: null, isActive: true, passwordChangedAt: 0 }
  users.put(user.id, { ...own, ...before, ...user, passwordHash })
}
