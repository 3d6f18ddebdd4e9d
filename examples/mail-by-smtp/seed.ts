import type { Seed } from '../../scripts/local-provider.ts'
import { usernameKey } from '../../src/identity/usernames.ts'

/** Gives the demo user an address. */
export const seed: Seed = async ({ mark, store }) => {
  const email = 'demo@example.org'
  await store.updateUser(usernameKey('demo'), { email, emailKey: email, isStaff: false }, mark())
}
