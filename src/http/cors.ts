import type { MiddlewareHandler } from 'hono'
import type { ProviderEnv } from '../concepts.ts'

/** Seconds that a browser may remember a preflight. */
const MAX_AGE = 86_400
/** Characters of the headers that a preflight may ask for. */
const MAX_ASKED = 1000
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/**
 * Middleware: lets pages of any origin call an endpoint, without credentials of the browser. A preflight may ask for whatever
 * headers it likes, since HTTP layers add their own (`traceparent`, `mcp-protocol-version`) and no cookie is ever read here.
 */
export function allowAnyOrigin(methods: readonly string[]): MiddlewareHandler<ProviderEnv> {
  return async (c, next) => {
    c.header('Access-Control-Allow-Origin', '*')
    if (c.req.method !== 'OPTIONS' || c.req.header('Access-Control-Request-Method') === undefined) {
      c.header('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After, DPoP-Nonce')
      return next()
    }
    const asked = c.req.header('Access-Control-Request-Headers') ?? ''
    return c.body(null, 204, {
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers':
        asked.length <= MAX_ASKED && HEADER_NAMES.test(asked) ? asked : 'Authorization, Content-Type',
      'Access-Control-Max-Age': String(MAX_AGE),
      Vary: 'Access-Control-Request-Headers',
    })
  }
}
