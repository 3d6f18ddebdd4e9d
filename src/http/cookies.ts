import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { ProviderEnv } from '../concepts.ts'

/**
 * Cookies of the pages: `__Host-`, Secure, HttpOnly, SameSite=Lax. On plain http, which only a developer's machine has, the
 * prefix and Secure would make browsers refuse them, so they go without.
 */
function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === 'https:'
}

function prefixed(c: Context<ProviderEnv>, name: string): string {
  return `${c.get('provider').settings.sessionKey}_${name}`
}

/** The value of a cookie of ours, or undefined. */
export function readCookie(c: Context<ProviderEnv>, name: string): string | undefined {
  const full = prefixed(c, name)
  return isSecure(c) ? getCookie(c, full, 'host') : getCookie(c, full)
}

/** Names, without our prefix, and values of the cookies of ours that begin with `start`. */
export function listCookies(
  c: Context<ProviderEnv>,
  start: string,
): readonly (readonly [name: string, value: string])[] {
  const prefix = `${isSecure(c) ? '__Host-' : ''}${prefixed(c, '')}`
  return Object.entries(getCookie(c)).flatMap(([name, value]) =>
    name.startsWith(`${prefix}${start}`) ? [[name.slice(prefix.length), value] as const] : [],
  )
}

/**
 * Sets a cookie of ours.
 * @param maxAge seconds
 */
export function writeCookie(c: Context<ProviderEnv>, name: string, value: string, maxAge: number): void {
  const secure = isSecure(c)
  setCookie(c, prefixed(c, name), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure,
    // Browsers keep cookies for 400 days at most (RFC 6265bis 5.5).
    maxAge: Math.min(maxAge, 400 * 86_400),
    ...(secure ? { prefix: 'host' as const } : {}),
  })
}

/** Takes a cookie of ours back. */
export function dropCookie(c: Context<ProviderEnv>, name: string): void {
  const secure = isSecure(c)
  deleteCookie(c, prefixed(c, name), { path: '/', secure, ...(secure ? { prefix: 'host' as const } : {}) })
}
