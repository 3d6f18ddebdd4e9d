import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { OAuthError } from '../errors.ts'

/**
 * Refuses plain http under OAUTH_ENFORCE_SECURE, before anything of the request is read (RFC 6749 3.1, 3.2). The scheme is
 * that of the request's own URL; headers that a client could send say nothing.
 * @throws {OAuthError} invalid_request
 */
export function requireSecure(c: Context<ProviderEnv>): void {
  const { enforceSecure } = c.get('provider').settings
  if (enforceSecure && !c.req.url.startsWith('https:')) {
    throw new OAuthError('invalid_request', 'A secure connection is required.', {
      reason: 'insecure_connection',
    })
  }
}
