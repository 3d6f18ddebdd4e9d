import type { Context } from 'hono'
import type { Params, Provider, ProviderEnv } from '../concepts.ts'
import { seal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { readBrowserSession } from '../http/browser-session.ts'
import { writeCookie } from '../http/cookies.ts'
import { checkPassword } from '../identity/authenticate.ts'
import { authenticatedAt, isFreshSignIn } from '../identity/fresh-sign-in.ts'
import { throttleKeys } from '../identity/throttle.ts'
import type { Operator } from '../operations/resource.ts'
import { RETURN_COOKIE, seeOther, showNotFound } from '../pages/routes/respond.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { Session } from '../store/records.ts'
import type { PanelText } from './words.ts'

type Handling = Context<ProviderEnv>

/** A member of staff who acts in the panel or through the API. */
export interface StaffOperator extends Operator {
  readonly provider: Provider
  readonly user: { readonly id: string; readonly username: string }
  /** The browser's session; null if a program acts with a bearer token. */
  readonly session: Session | null
}

/** A handler that only members of staff reach. */
export type StaffHandler = (c: Handling, operator: StaffOperator) => Promise<Response>

/** The form field with the operator's own password. */
export const OWN_PASSWORD = 'your_password'

/**
 * Creates a guard for handlers of any method: visitors who are not signed in are sent to the sign-in page, and those who are
 * not staff get 403, before anything else in the request is examined.
 */
export function staffOnly(handle: StaffHandler): (c: Handling) => Promise<Response> {
  return async (c) => {
    const session = await readBrowserSession(c)
    if (!session) {
      const { paths } = c.get('provider')
      writeCookie(c, RETURN_COOKIE, 'admin', 600)
      return seeOther(c, paths.login)
    }
    if (!session.user.isStaff) throw forbidden()
    const store = c.get('provider').adminStore
    if (!store) return showNotFound(c)
    return handle(c, operatorOf(c.get('provider'), store, session.user, session))
  }
}

function forbidden(): OAuthError {
  return new OAuthError('access_denied', 'Your account may not do this.', {
    reason: 'not_staff',
    status: 403,
  })
}

/** Returns the links that staff may create here, by purpose. */
function linksOf(provider: Provider): NonNullable<Operator['links']> {
  const offers = Object.entries(provider.linkOffers).map(([name, offer]) => [name, offer(provider)] as const)
  return Object.fromEntries(offers.filter(([, offer]) => offer !== null))
}

/** Returns the operator of a request; each write gets its own mark. */
export function operatorOf(
  provider: Provider,
  store: AdminStore,
  user: StaffOperator['user'],
  session: Session | null,
): StaffOperator {
  let writes = 0
  return {
    store,
    signingKeys: provider.signingKeyStore,
    provider,
    user,
    userId: user.id,
    session,
    links: linksOf(provider),
    seal: (text, context) => seal(text, context, provider.keys),
    throttleKey: async (key) => (await throttleKeys(key, null, provider.keys)).account,
    now: provider.request.now,
    mark: () => ({ ...provider.request, id: `${provider.request.id}.${writes++}`, actor: user.id }),
  }
}

/** Returns whether the password of the browser's session was entered too long ago. */
export function isStale({ provider, session }: StaffOperator): boolean {
  return session === null || !isFreshSignIn(authenticatedAt(session), provider.request.now)
}

/**
 * Checks the operator's own password, or a feature's replacement for it, which a stale session sends, and records that it
 * was entered.
 * @returns null if it is correct; else what to say
 */
export async function confirmOperator(
  form: Params,
  operator: StaffOperator,
): Promise<{ readonly problem: PanelText | null; readonly status: 400 | 429 } | null> {
  const { provider, session, user } = operator
  for (const { confirm, field } of session ? provider.stepUps : []) {
    const value = form.get(field)
    if (value === undefined || !session) continue
    return (await confirm(value, session, provider))
      ? null
      : { problem: 'This was not accepted.', status: 400 }
  }
  const password = form.get(OWN_PASSWORD)
  if (password === undefined || session === null) return { problem: null, status: 400 }
  try {
    const { commit, user: proved } = await checkPassword(
      { username: user.username, password, client: null, device: session.id },
      provider,
    )
    // A directory may have given the name to somebody else meanwhile.
    if (proved.id !== user.id) return { problem: 'This is not your password.', status: 400 }
    const of = { userId: user.id, sessionId: session.id, signIn: commit }
    if (await provider.store.confirmPassword(of, provider.request)) return null
    return { problem: 'Your session has ended. Sign in again.', status: 400 }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    if (error.status === 429) return { problem: 'Too many attempts. Wait ten minutes.', status: 429 }
    if (error.code === 'invalid_grant') return { problem: 'This is not your password.', status: 400 }
    throw error
  }
}
