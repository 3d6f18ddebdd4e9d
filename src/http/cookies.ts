import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'

/**
 * Returns the full name of a page cookie, which begins with `__Host-` and is Secure. On plain http, which only a developer's
 * machine uses, browsers would refuse both, so neither is used.
 */
function fullName(c: Context<ProviderEnv>, name: string): string {
  return `${isSecure(c) ? '__Host-' : ''}${c.get('provider').settings.sessionKey}_${name}`
}

function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === 'https:'
}

/** Returns the value of one of our cookies, or undefined. */
export function readCookie(c: Context<ProviderEnv>, name: string): string | undefined {
  return listCookies(c, name).find(([found]) => found === name)?.[1]
}

/** Returns names, without our prefix, and values of our cookies that begin with `start`, in the order in which they came. */
export function listCookies(
  c: Context<ProviderEnv>,
  start: string,
): readonly (readonly [name: string, value: string])[] {
  const prefix = fullName(c, '')
  const pairs = (c.req.header('Cookie') ?? '').split(';').map((pair) => pair.trim().split('=', 2))
  return pairs.flatMap(([name = '', value = '']) =>
    name.startsWith(`${prefix}${start}`) ? [[name.slice(prefix.length), decode(value)] as const] : [],
  )
}

/** A malformed value is not ours; it is returned as it came, for callers to refuse. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/**
 * Sets one of our cookies, for all pages, hidden from scripts.
 * @param maxAge seconds
 */
export function writeCookie(c: Context<ProviderEnv>, name: string, value: string, maxAge: number): void {
  // Browsers keep cookies for 400 days at most (RFC 6265bis 5.5).
  const seconds = Math.min(maxAge, 400 * 86_400)
  const secure = isSecure(c) ? '; Secure' : ''
  const cookie = `${fullName(c, name)}=${encodeURIComponent(value)}; Max-Age=${seconds}; Path=/; HttpOnly${secure}; SameSite=Lax`
  c.header('Set-Cookie', cookie, { append: true })
}

/** Removes one of our cookies. */
export function dropCookie(c: Context<ProviderEnv>, name: string): void {
  writeCookie(c, name, '', 0)
}
