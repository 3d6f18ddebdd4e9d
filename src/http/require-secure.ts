import type { MiddlewareHandler } from 'hono'
import { OAuthError } from '../errors.ts'
import type { ProviderEnv } from './provider-variables.ts'

/**
 * Refuses plain http under OAUTH_ENFORCE_SECURE, before anything of the request is read (RFC 6749 3.1, 3.2). The scheme is
 * that of the request's own URL; headers that a client could send say nothing.
 */
export const requireSecure: MiddlewareHandler<ProviderEnv> = async (c, next) => {
  const { enforceSecure } = c.get('provider').settings
  if (enforceSecure && new URL(c.req.url).protocol !== 'https:') {
    throw new OAuthError('invalid_request', 'A secure connection is required.')
  }
  await next()
}
