import type { Context, MiddlewareHandler } from 'hono'
import type { ProviderEnv } from '../concepts.ts'

/**
 * Middleware for an address that the embedding app may claim: it answers only if nothing else did, regardless of the order
 * in which the routes were added.
 */
export function unlessAnswered(
  answer: (c: Context<ProviderEnv>) => Promise<Response>,
): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => {
    await next()
    if (c.res.status !== 404) return
    // Discard the "not found" response, or its headers would stay.
    c.res = undefined
    c.finalized = false
    return answer(c)
  }
}
