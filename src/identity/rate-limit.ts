import type { Provider } from '../concepts.ts'
import { tooMany } from '../refusals.ts'
import { networkBlock } from './throttle.ts'

/** Seconds until a retry: the longest period that the platform counts. */
const PERIOD = 60

/**
 * Refuses a network that exceeds the platform's own rate limit, before the storage is asked; without a binding nobody is
 * refused. The platform counts separately in each of Cloudflare's locations, so the counts in D1 still decide.
 * @throws {OAuthError} temporarily_unavailable, 429
 */
export async function refuseFlood({
  bindings,
  request,
}: Pick<Provider, 'bindings' | 'request'>): Promise<void> {
  const outcome = await bindings.RATE_LIMITER?.limit({ key: networkBlock(request.network) })
  if (outcome?.success ?? true) return
  throw tooMany('Too many attempts. Try again later.', PERIOD)
}
