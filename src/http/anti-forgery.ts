import type { Context, MiddlewareHandler } from 'hono'
import type { Params, ProviderEnv } from '../concepts.ts'
import { fromBase64url, randomId, toBase64url, utf8 } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import { readSessionId } from './browser-session.ts'
import { readCookie, writeCookie } from './cookies.ts'

/** Name of the field that every form carries. */
export const ANTI_FORGERY_FIELD = 'anti_forgery'
/** Methods that change nothing (RFC 9110 9.2.1). */
const SAFE = ['GET', 'HEAD', 'OPTIONS']
const BROWSER = 'form'
const BROWSER_LIFETIME = 86_400

/**
 * Returns the value of the anti-forgery field: a MAC over the session or, if there is none yet, over a random cookie.
 * Another site can neither read nor forge it.
 */
export async function antiForgeryValue(c: Context<ProviderEnv>): Promise<string> {
  const { keys } = c.get('provider')
  const mac = await crypto.subtle.sign('HMAC', keys[0].mac.form, utf8(await formOwner(c, true)))
  return toBase64url(new Uint8Array(mac))
}

/**
 * Refuses whatever another site sends, before it is read, whatever its content type. Under `Referrer-Policy: no-referrer`
 * browsers
 * send `Origin: null`, which proves nothing either way; another origin does.
 */
export const requireSameOrigin: MiddlewareHandler<ProviderEnv> = async (c, next) => {
  refuseForeign(c.req.raw, c.get('provider').origin)
  await next()
}

/**
 * Does the same as a function.
 * @param own the origin that browsers see, if a proxy uses another host
 * @throws {OAuthError} access_denied, 403
 */
export function refuseForeign({ headers, method, url }: Request, own: string): void {
  const origin = headers.get('Origin')
  const foreign = origin !== null && ![new URL(url).origin, own, 'null'].includes(origin)
  if (!SAFE.includes(method) && (foreign || headers.get('Sec-Fetch-Site') === 'cross-site')) throw forged()
}

/**
 * Refuses a form that does not come from one of our pages in this session (RFC 6749 10.12).
 * @throws {OAuthError} access_denied, 403
 */
export async function requireAntiForgery(c: Context<ProviderEnv>, form: Params): Promise<void> {
  const value = fromBase64url(form.get(ANTI_FORGERY_FIELD) ?? '')
  const owner = await formOwner(c, false)
  if (!value || owner === '') throw forged()
  const { keys } = c.get('provider')
  const checks = keys.map((key) => crypto.subtle.verify('HMAC', key.mac.form, value, utf8(owner)))
  if (!(await Promise.all(checks)).includes(true)) throw forged()
}

function forged(): OAuthError {
  return new OAuthError(
    'access_denied',
    'The form was opened too long ago, or you have signed in or out since.',
    { reason: 'form_out_of_date', status: 403 },
  )
}

/** The cookie that a browser without one gets with this answer, so that all forms of the page are bound to the same value. */
const given = new WeakMap<Request, string>()

/**
 * Returns the owner of a form: the session, else the browser, which gets a cookie for it if `make` is true.
 * @returns the empty string if there is neither
 */
export async function formOwner(c: Context<ProviderEnv>, make: boolean): Promise<string> {
  const session = await readSessionId(c)
  if (session !== null) return ownerOfSession(session)
  const known = readCookie(c, BROWSER) ?? given.get(c.req.raw)
  if (known !== undefined) return `browser ${known}`
  if (!make) return ''
  const fresh = randomId()
  given.set(c.req.raw, fresh)
  writeCookie(c, BROWSER, fresh, BROWSER_LIFETIME)
  return `browser ${fresh}`
}

/** Returns the owner of a session's forms. */
export function ownerOfSession(id: string): string {
  return `session ${id}`
}
