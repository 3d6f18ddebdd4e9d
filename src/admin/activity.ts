import type { Activity } from '../store/browse.ts'
import type { StaffOperator } from './operator.ts'

/** Days that the overview covers, including today. */
export const ACTIVITY_DAYS = 14

/** Counts what happened in the last days. */
export async function readActivity({ provider, store }: StaffOperator): Promise<readonly Activity[]> {
  const { now } = provider.request
  return store.listActivity(now - (ACTIVITY_DAYS - 1) * 86_400, now)
}
