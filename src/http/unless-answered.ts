import type { Context, MiddlewareHandler } from 'hono'
import type { ProviderEnv } from '../concepts.ts'

/**
 * Middleware for an address that belongs to the embedding app if it wants it: answers where nothing else did, in whichever
 * order the routes were added.
 */
export function unlessAnswered(
  answer: (c: Context<ProviderEnv>) => Promise<Response>,
): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => {
    await next()
    if (c.res.status !== 404) return
    // As if nothing had been said: headers of the page that says "not found" would stay otherwise.
    c.res = undefined
    c.finalized = false
    return answer(c)
  }
}
