import type { Activity } from '../store/browse.ts'
import type { StaffOperator } from './operator.ts'

/** Days that the overview looks back, today among them. */
export const ACTIVITY_DAYS = 14

/** Counts what happened in the last days. */
export async function readActivity({ provider, store }: StaffOperator): Promise<readonly Activity[]> {
  return store.listActivity(provider.request.now - (ACTIVITY_DAYS - 1) * 86_400)
}
