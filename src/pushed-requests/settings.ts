import { count, flag, lifetime, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** The feature's settings. */
export const PUSHED_REQUEST_SETTINGS = {
  /**
   * Lifetime of a pushed authorization request (RFC 9126): the browser must arrive with its `request_uri` within this
   * time. The user may then take longer to answer.
   */
  pushedRequestDelta: setting('OAUTH_EXPIRE_PUSHED_REQUEST_DELTA', 60, lifetime),
  /**
   * Number of authorization requests that a network (an IPv4 address, or an IPv6 /64) may push in ten minutes for
   * public clients, which prove nothing.
   */
  pushedRequestLimit: setting('OAUTH_PUSHED_REQUEST_LIMIT', 300, count),
  /**
   * Refuse every authorization request that was not pushed (RFC 9126 5). If this is off, it applies only to clients
   * whose metadata requires it.
   */
  requirePushedRequests: setting('OAUTH_REQUIRE_PUSHED_REQUESTS', false, flag),
} satisfies Readonly<Record<string, Setting<unknown>>>
