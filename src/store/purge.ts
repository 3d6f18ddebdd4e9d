import type { AdminStore, PurgeCounts } from './admin-store.ts'

/** Rows of a table that one round trip removes: D1 gives a call 30 seconds and no other one runs meanwhile. */
const BATCH = 500

/**
 * Removes what has expired, batch by batch, until nothing is left or the rounds are used up.
 * @param now seconds since 1970
 * @param rounds round trips at most
 * @returns rows removed, by table
 */
export async function purgeExpired(
  store: Pick<AdminStore, 'purge'>,
  now: number,
  rounds: number,
): Promise<PurgeCounts> {
  const total = { accessTokens: 0, grants: 0, sessions: 0, throttle: 0 }
  for (let round = 0; round < rounds; round++) {
    const removed = await store.purge(BATCH, now)
    total.accessTokens += removed.accessTokens
    total.grants += removed.grants
    total.sessions += removed.sessions
    total.throttle += removed.throttle
    // Only an empty round is the last: grants wait for the access tokens that hang from them.
    if (Math.max(removed.accessTokens, removed.grants, removed.sessions, removed.throttle) === 0) break
  }
  return total
}
