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
 * The value of the anti-forgery field: a MAC over the session, or, before there is one, over a random cookie. Another site
 * can neither read nor make it.
 */
export async function antiForgeryValue(c: Context<ProviderEnv>): Promise<string> {
  const { keys } = c.get('provider')
  const mac = await crypto.subtle.sign('HMAC', keys[0].mac.form, utf8(await readOwner(c, true)))
  return toBase64url(new Uint8Array(mac))
}

/**
 * Refuses what another site sends, before it is read, whatever its content type. Under `Referrer-Policy: no-referrer` browsers
 * send `Origin: null`, which proves nothing either way; another origin does.
 */
export const requireSameOrigin: MiddlewareHandler<ProviderEnv> = async (c, next) => {
  refuseForeign(c.req.raw, c.get('provider').issuer)
  await next()
}

/**
 * The same as a function.
 * @param issuer the origin that browsers see, where a proxy asks for another host
 * @throws {OAuthError} access_denied, 403
 */
export function refuseForeign({ headers, method, url }: Request, issuer: string): void {
  const origin = headers.get('Origin')
  const foreign = origin !== null && ![new URL(url).origin, issuer, 'null'].includes(origin)
  if (!SAFE.includes(method) && (foreign || headers.get('Sec-Fetch-Site') === 'cross-site')) throw forged()
}

/**
 * Refuses a form that does not come from a page of ours in this very session (RFC 6749 10.12).
 * @throws {OAuthError} access_denied, 403
 */
export async function requireAntiForgery(c: Context<ProviderEnv>, form: Params): Promise<void> {
  const value = fromBase64url(form.get(ANTI_FORGERY_FIELD) ?? '')
  const owner = await readOwner(c, false)
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

/** Whom a form belongs to: the session, else the browser, which gets a cookie for it where `make` says so. */
async function readOwner(c: Context<ProviderEnv>, make: boolean): Promise<string> {
  const session = await readSessionId(c)
  if (session !== null) return `session ${session}`
  const known = readCookie(c, BROWSER)
  if (known !== undefined) return `browser ${known}`
  if (!make) return ''
  const fresh = randomId()
  writeCookie(c, BROWSER, fresh, BROWSER_LIFETIME)
  return `browser ${fresh}`
}
