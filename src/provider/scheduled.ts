import type { Provider, ProviderBindings } from '../concepts.ts'
import { fillSkeletons } from '../identity/skeleton.ts'
import { purgeExpired } from '../store/purge.ts'
import type { ResolvedOptions } from './options.ts'

/** Round trips of one run; the rest waits for the next run. */
const ROUNDS = 50

/**
 * Creates the handler of the cron trigger: removes what has expired, in bounded batches, logs how much, and does the work of the
 * features.
 * @param provide creates the provider that features work with
 */
export function scheduledHandler(
  { createUpkeepStore, tables }: ResolvedOptions,
  provide: (env: ProviderBindings, now: number) => Promise<Provider>,
): (controller: ScheduledController, env: ProviderBindings) => Promise<void> {
  return async (controller, env) => {
    const now = Math.floor(controller.scheduledTime / 1000)
    const store = createUpkeepStore(env)
    if (store) {
      console.info('purged', await purgeExpired(store, now, ROUNDS))
      const filled = await fillSkeletons(store, ROUNDS)
      if (filled > 0) console.info('users whose names can now be compared by their looks:', filled)
    }
    for (const work of tables.scheduled) {
      await work(await provide(env, now)).catch((error: unknown) =>
        console.error('scheduled work failed:', error),
      )
    }
  }
}
