import type { InteractionState, Provider } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { authenticatedAt, isFreshSignIn } from '../../identity/fresh-sign-in.ts'
import { ADMIN_SCOPE, coversScope } from '../../scope.ts'
import type { Consent, Session } from '../../store/records.ts'
import { coversTargets } from './consent.ts'
import { goesToDevice } from './redirect-target.ts'
import type { AuthorizationRequest, Freshness } from './request.ts'

/** The next step: the user signs in, gives consent, selects an account, or the request is answered at once. */
export type Interaction =
  | { readonly kind: 'login' }
  | { readonly kind: 'consent'; readonly session: Session }
  | { readonly kind: 'account'; readonly session: Session }
  | { readonly kind: 'answer'; readonly session: Session }
  /** A feature's page asks for something first. */
  | { readonly kind: 'page'; readonly path: string; readonly session: Session }

/**
 * Decides what an authorization request needs, by the rules of OAuth first, then by those of the features.
 * @throws {OAuthError} login_required, consent_required and the like: the client allows no page (`prompt=none`)
 */
export async function nextInteraction(state: InteractionState, provider: Provider): Promise<Interaction> {
  const { capturedAt, consent, request } = state
  const decided = decideInteraction(request, state.session, consent, capturedAt, provider.request.now)
  if (decided.kind === 'login') return decided
  const { session } = decided
  for (const rule of provider.interactions) {
    const demanded = await rule({ ...state, session }, provider)
    if (demanded === 'login') return { kind: 'login' }
    if (demanded === 'consent') return { kind: 'consent', session }
    if (demanded !== null) return { kind: 'page', path: demanded, session }
  }
  return decided
}

/**
 * Decides what an authorization request needs (RFC 6749 4.1, OpenID Connect Core 3.1.2.3).
 * @param consent the user's last one to this client
 * @param capturedAt when the request arrived, in seconds; a user who must sign in again must do so after that
 * @param now seconds since 1970
 * @throws {OAuthError} login_required, consent_required: the client allows no page (`prompt=none`)
 * @throws {OAuthError} access_denied: the scope `admin` is not for this user
 */
export function decideInteraction(
  request: AuthorizationRequest,
  session: Session | null,
  consent: Consent | null,
  capturedAt: number,
  now: number,
): Interaction {
  const quiet = request.prompts.includes('none')
  if (!session || !isFresh(request, session, capturedAt, now)) {
    if (quiet) throw new OAuthError('login_required', 'The user must sign in.')
    return { kind: 'login' }
  }
  if (request.isAdmin && !session.user.isStaff) {
    throw new OAuthError('access_denied', `The scope ${ADMIN_SCOPE} is for members of staff.`)
  }
  if (!needsConsent(request, consent)) {
    // A user who has just signed in for this request has chosen the account; the consent page shows it and offers another.
    const chosen = !request.prompts.includes('select_account') || session.authTime >= capturedAt
    return { kind: chosen ? 'answer' : 'account', session }
  }
  if (quiet) throw new OAuthError('consent_required', 'The user must consent.')
  return { kind: 'consent', session }
}

/**
 * Returns whether a sign-in is as fresh as a request demands (OpenID Connect Core 3.1.2.1: `prompt`, `max_age`).
 * @param capturedAt when the request arrived, in seconds
 * @param now
 * seconds since 1970; the age for `admin` is measured when it is granted, not when it was requested
 */
export function isFresh(
  { isAdmin, maxAge, prompts }: Freshness,
  session: Session,
  capturedAt: number,
  now: number,
): boolean {
  const authTime = authenticatedAt(session)
  if (isAdmin && !isFreshSignIn(authTime, now)) return false
  if (prompts.includes('login') && authTime < capturedAt) return false
  // A sign-in that answers this very request is as fresh as the client can ask for.
  return maxAge === null || authTime >= capturedAt || authTime > capturedAt - maxAge
}

function needsConsent(request: AuthorizationRequest, consent: Consent | null): boolean {
  const { client, isAdmin, prompts, scope, target } = request
  // Any app on the device could receive such a redirect, so a person must confirm it every time (RFC 8252 8.6).
  if (goesToDevice(target.uri) || isAdmin) return true
  if (client.authorizeEveryTime || prompts.includes('consent')) return true
  if (client.autoAuthorize) return false
  return (
    !consent || consent.withdrawn || !coversScope(consent.scope, scope) || !coversTargets(consent, request)
  )
}
