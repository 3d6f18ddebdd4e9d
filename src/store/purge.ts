import type { PurgeCounts, UpkeepStore } from './upkeep-store.ts'

/** Rows of a table that one round trip removes; D1 allows a call 30 seconds, during which no other one runs. */
const BATCH = 500

/**
 * Adds up what has happened, then removes what has expired, in slices, until everything has been examined or the rounds are
 * used up.
 * @param now seconds since 1970
 * @param rounds the most round trips
 * @returns rows removed, by table
 */
export async function purgeExpired(
  store: Pick<UpkeepStore, 'addUpActivity' | 'purge'>,
  now: number,
  rounds: number,
): Promise<Omit<PurgeCounts, 'isWalkOver'>> {
  await store.addUpActivity(now)
  const total = { grants: 0, sessions: 0, throttle: 0 }
  for (let round = 0; round < rounds; round++) {
    const { grants, isWalkOver, sessions, throttle } = await store.purge(BATCH, now)
    total.grants += grants
    total.sessions += sessions
    total.throttle += throttle
    if (isWalkOver && Math.max(sessions, throttle) === 0) break
  }
  return total
}
