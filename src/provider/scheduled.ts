import type { ProviderBindings } from '../http/provider-variables.ts'
import { fillSkeletons } from '../identity/skeleton.ts'
import { purgeExpired } from '../store/purge.ts'
import type { ResolvedOptions } from './options.ts'

/** Round trips of one run: what is left waits for the next. */
const ROUNDS = 50

/** Makes the handler of the cron trigger: removes what has expired, in bounded batches, and logs how much. */
export function scheduledHandler({
  createAdminStore,
}: ResolvedOptions): (controller: ScheduledController, env: ProviderBindings) => Promise<void> {
  return async (controller, env) => {
    const store = createAdminStore(env)
    if (!store) return
    const removed = await purgeExpired(store, Math.floor(controller.scheduledTime / 1000), ROUNDS)
    console.info('purged', removed)
    const filled = await fillSkeletons(store, ROUNDS)
    if (filled > 0) console.info('users whose names can now be compared by their looks:', filled)
  }
}
