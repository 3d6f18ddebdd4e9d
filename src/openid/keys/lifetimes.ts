/** Seconds for which an isolate uses the keys that it has read; from then on it reads them again beside its work. */
export const FRESH = 60

/** Seconds after which an isolate no longer uses keys without reading them again. */
export const STALE = 300

/** Seconds for which others may keep the key set that they have fetched. */
export const KEY_SET_MAX_AGE = 300

/** Seconds for which a key is published before it signs: whoever keeps a key set, we or a client, has fetched it anew by then. */
export const PUBLISHED_AHEAD = STALE + KEY_SET_MAX_AGE

/** Seconds that any token which we sign may count, 30 days: a setting or client that says more is cut to it. */
export const LONGEST_TOKEN = 30 * 86_400

/**
 * Until when a key that is retired stays published: the last isolate that has not noticed still signs with it, and what it
 * signs is shown until it expires.
 * @param tokenLifetime seconds that the longest of our signed tokens counts
 */
export function publishUntil(now: number, tokenLifetime: number = LONGEST_TOKEN): number {
  return now + STALE + tokenLifetime
}
