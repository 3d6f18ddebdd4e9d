import type { Context } from 'hono'
import type { Params, Provider, ProviderEnv } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { readBrowserSession } from '../http/browser-session.ts'
import { writeCookie } from '../http/cookies.ts'
import { checkPassword } from '../identity/authenticate.ts'
import { isFreshSignIn } from '../identity/fresh-sign-in.ts'
import { throttleKeys } from '../identity/throttle.ts'
import type { Operator } from '../operations/resource.ts'
import { RETURN_COOKIE, seeOther, showNotFound } from '../pages/routes/respond.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { Session } from '../store/records.ts'

type Handling = Context<ProviderEnv>

/** A member of staff who acts in the panel or through the API. */
export interface StaffOperator extends Operator {
  readonly provider: Provider
  readonly user: { readonly id: string; readonly username: string }
  /** The browser's; null where a program acts with a bearer token. */
  readonly session: Session | null
}

/** A handler that only members of staff get to. */
export type StaffHandler = (c: Handling, operator: StaffOperator) => Promise<Response>

/** The field in which the operator's own password comes. */
export const OWN_PASSWORD = 'your_password'

/**
 * Makes a guard of handlers, whatever the method: who is not signed in goes to the sign-in page, who is not staff gets 403,
 * before anything else of the request is looked at.
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

/** The operator of a request; each write gets a mark of its own. */
export function operatorOf(
  provider: Provider,
  store: AdminStore,
  user: StaffOperator['user'],
  session: Session | null,
): StaffOperator {
  let writes = 0
  return {
    store,
    provider,
    user,
    userId: user.id,
    session,
    throttleKey: async (key) => (await throttleKeys(key, null, provider.keys)).account,
    now: provider.request.now,
    mark: () => ({ ...provider.request, id: `${provider.request.id}.${writes++}`, actor: user.id }),
  }
}

/** Tells whether the password of the browser's session was given long ago. */
export function isStale({ provider, session }: StaffOperator): boolean {
  return session === null || !isFreshSignIn(session.authTime, provider.request.now)
}

/**
 * Checks the operator's own password, which a stale session sends along, and notes that it was given.
 * @returns null where it was right; else what to say
 */
export async function confirmOwnPassword(
  form: Params,
  operator: StaffOperator,
): Promise<{ readonly problem: string | null; readonly status: 400 | 429 } | null> {
  const { provider, session, store, user } = operator
  const password = form.get(OWN_PASSWORD)
  if (password === undefined || session === null) return { problem: null, status: 400 }
  try {
    const { commit } = await checkPassword(
      { username: user.username, password, client: null, device: session.id },
      provider,
    )
    if (await store.confirmPassword(session.id, commit, operator.mark())) return null
    return { problem: 'Your session has ended. Sign in again.', status: 400 }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    if (error.status === 429) return { problem: 'Too many attempts. Wait ten minutes.', status: 429 }
    if (error.code === 'invalid_grant') return { problem: 'This is not your password.', status: 400 }
    throw error
  }
}
