import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { Settings } from '../settings/settings.ts'

/**
 * Refuses what may not be answered at all, before anything of the request is read.
 * @throws {OAuthError} invalid_request: an unknown host (421), or plain http
 */
export function admit(c: Context<ProviderEnv>): void {
  requireKnownHost(c)
  requireSecure(c)
}

/** This machine: nobody else's request arrives under these names. */
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/

/**
 * Refuses a request for a host that is neither the issuer's nor one of OAUTH_HOSTS, once OAUTH_ISSUER is set (RFC 9110 15.5.20).
 * A request without `cf` did not come through Cloudflare's edge: another Worker of the account sent it over a service binding,
 * where the host means nothing.
 * @throws {OAuthError} invalid_request, 421
 */
function requireKnownHost(c: Context<ProviderEnv>): void {
  const { settings } = c.get('provider')
  if (settings.issuer === null || c.req.raw.cf === undefined || isKnown(c.req.url, settings)) return
  const sentence = `This service does not answer at this host, but at ${settings.issuer}.`
  throw new OAuthError('invalid_request', sentence, { reason: 'unknown_host', status: 421 })
}

function isKnown(url: string, { hosts, issuer }: Settings): boolean {
  if (LOOPBACK.test(url)) return true
  const { host } = new URL(url)
  return host === issuer?.replace(/^https?:\/\//, '') || hosts.includes(host)
}

/**
 * Refuses plain http under OAUTH_ENFORCE_SECURE, before anything of the request is read (RFC 6749 3.1, 3.2). The scheme is
 * that of the request's own URL; headers that a client could send say nothing.
 * @throws {OAuthError} invalid_request
 */
function requireSecure(c: Context<ProviderEnv>): void {
  const { enforceSecure } = c.get('provider').settings
  if (enforceSecure && !c.req.url.startsWith('https:')) {
    throw new OAuthError('invalid_request', 'A secure connection is required.', {
      reason: 'insecure_connection',
    })
  }
}
