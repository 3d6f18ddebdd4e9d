/** Seconds for which an isolate uses the keys that it has read; after that it reads them again in the background. */
export const FRESH = 60

/** Seconds after which an isolate no longer uses keys without reading them again. */
export const STALE = 300

/** Seconds for which others may cache the key set. */
export const KEY_SET_MAX_AGE = 300

/**
 * Seconds for which a key is published before it signs, so that by then everybody with a cached key set, including us, has
 * read it again.
 */
export const PUBLISHED_AHEAD = STALE + KEY_SET_MAX_AGE

/**
 * The longest that a token that we sign may be valid, in seconds (30 days); longer lifetimes of settings or clients are cut
 * to it.
 */
export const LONGEST_TOKEN = 30 * 86_400

/**
 * Returns until when a retired key stays published: an isolate that has not noticed may still sign with it, and what it
 * signs may be verified until it expires.
 * @param tokenLifetime seconds for which the longest-lived signed token is valid
 */
export function publishUntil(now: number, tokenLifetime: number = LONGEST_TOKEN): number {
  return now + STALE + tokenLifetime
}
