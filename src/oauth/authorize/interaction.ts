import type { InteractionState, Provider } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { isFreshSignIn } from '../../identity/fresh-sign-in.ts'
import { ADMIN_SCOPE, coversScope } from '../../scope.ts'
import type { Consent, Session } from '../../store/records.ts'
import { goesToDevice } from './redirect-target.ts'
import type { AuthorizationRequest, Freshness } from './request.ts'

/** What comes next: the user signs in, is asked for consent or for the account, or the request is answered at once. */
export type Interaction =
  | { readonly kind: 'login' }
  | { readonly kind: 'consent'; readonly session: Session }
  | { readonly kind: 'account'; readonly session: Session }
  | { readonly kind: 'answer'; readonly session: Session }
  /** A page of a feature asks for something first. */
  | { readonly kind: 'page'; readonly path: string; readonly session: Session }

/**
 * Decides what an authorization request needs: the rules of OAuth first, then those of the features.
 * @throws {OAuthError} login_required, consent_required and their like: the client wants no page (`prompt=none`)
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
 * @param capturedAt when the request came, in seconds: who must sign in again must do it after that
 * @param now seconds since 1970
 * @throws {OAuthError} login_required, consent_required: the client wants no page (`prompt=none`)
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
    // Who has just signed in for this request has chosen the account; the consent page shows it and offers another.
    const chosen = !request.prompts.includes('select_account') || session.authTime >= capturedAt
    return { kind: chosen ? 'answer' : 'account', session }
  }
  if (quiet) throw new OAuthError('consent_required', 'The user must consent.')
  return { kind: 'consent', session }
}

/**
 * Tells whether a sign-in is as fresh as a request wants it (OpenID Connect Core 3.1.2.1: `prompt`, `max_age`).
 * @param capturedAt when the request came, in seconds
 * @param now seconds since 1970: what `admin` wants is measured when it is given, not when it was asked for
 */
export function isFresh(
  { isAdmin, maxAge, prompts }: Freshness,
  { authTime }: Session,
  capturedAt: number,
  now: number,
): boolean {
  if (isAdmin && !isFreshSignIn(authTime, now)) return false
  if (prompts.includes('login') && authTime < capturedAt) return false
  // A sign-in that answers this very request is as fresh as the client can ask for.
  return maxAge === null || authTime >= capturedAt || authTime > capturedAt - maxAge
}

function needsConsent(
  { client, isAdmin, prompts, scope, target }: AuthorizationRequest,
  consent: Consent | null,
): boolean {
  // Any app on the device could stand behind such a redirect: never without a person (RFC 8252 8.6), whatever it was issued.
  if (goesToDevice(target.uri) || isAdmin) return true
  if (client.authorizeEveryTime || prompts.includes('consent')) return true
  if (client.autoAuthorize) return false
  return !consent || consent.withdrawn || !coversScope(consent.scope, scope)
}
