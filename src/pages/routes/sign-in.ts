import type { Context } from 'hono'
import type { Params, ProviderEnv } from '../../concepts.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { readBrowserSession } from '../../http/browser-session.ts'
import { type CapturedRequest, openRequest } from '../../http/captured-requests.ts'
import { dropCookie, readCookie } from '../../http/cookies.ts'
import { readForm } from '../../http/params.ts'
import { RETURN_COOKIE, seeOther } from './respond.ts'

type Handling = Context<ProviderEnv>

/**
 * Reads the form of a sign-in.
 * @returns where to continue, if the user has signed in in another tab since the page was
 * shown
 * @throws {OAuthError} the form does not come from one of our pages
 */
export async function readSignIn(
  c: Handling,
): Promise<{ readonly captured: CapturedRequest | null; readonly form: Params } | Response> {
  const form = await readForm(c.req.raw)
  const captured = await openRequest(c, form.get('request'))
  try {
    await requireAntiForgery(c, form)
  } catch (error) {
    // The user has signed in in another tab since the page was shown: continue as that user.
    if (await readBrowserSession(c)) return seeOther(c, nextUrl(c, captured))
    throw error
  }
  return { captured, form }
}

/** Returns where a signed-in user goes: to the captured request, or home, but never to an address that a request names. */
export function nextUrl(c: Handling, captured: CapturedRequest | null): string {
  const { paths, signInReturns } = c.get('provider')
  const name = captured ? undefined : readCookie(c, RETURN_COOKIE)
  if (name !== undefined && Object.hasOwn(signInReturns, name)) {
    dropCookie(c, RETURN_COOKIE)
    return signInReturns[name]?.(paths) ?? paths.account
  }
  return captured ? `${paths.oauth2}/authorize/confirm?request=${captured.id}` : paths.account
}
