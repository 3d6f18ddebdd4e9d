import type { AdminStore } from '../store/admin-store.ts'
import type { Activity } from '../store/browse.ts'

/** Days that the overview covers, including today. */
export const ACTIVITY_DAYS = 14

/** Events that each look counts again. If there are more, as without a cron trigger, a look adds them up. */
const REST = 1000

/** Counts what happened in the last days until now. */
export async function readActivity(
  store: Pick<AdminStore, 'addUpActivity' | 'listActivity'>,
  now: number,
): Promise<readonly Activity[]> {
  const { activity, rest } = await store.listActivity(now - (ACTIVITY_DAYS - 1) * 86_400)
  if (rest > REST) await store.addUpActivity(now)
  return activity
}
