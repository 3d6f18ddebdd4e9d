import type {
  AuthorizationCheck,
  AuthorizationParameter,
  InteractionRule,
  Params,
  Provider,
} from '../concepts.ts'
import { claimsOf } from '../crypto/signed.ts'
import { OAuthError } from '../errors.ts'
import { normalResponseType } from '../oauth/response-types/index.ts'
import { parseClaimsRequest, requestedAcr, requestedSubject } from './claims-request.ts'
import { matches } from './claims.ts'
import { hasScope, OPENID, subjectFor } from './details.ts'
import { openOwnJwt } from './jwt.ts'
import type { OpenId } from './open-id.ts'

/** Longest nonce, in characters. */
const MAX_NONCE = 2000

/** Parameters of an authentication request (OpenID Connect Core 3.1.2.1, 5.5). */
export const openIdParameters: Readonly<Record<string, AuthorizationParameter>> = {
  nonce: { meaning: 'Returned in the ID token (OpenID Connect Core 3.1.2.1)', isClaim: true },
  claims: { meaning: 'Claims requested by name, as JSON (OpenID Connect Core 5.5)', isClaim: true },
  acr_values: { meaning: 'How the user should be authenticated, best first', isClaim: true },
  id_token_hint: { meaning: 'An earlier ID token, whose user must answer' },
  ui_locales: { meaning: 'Languages of the pages, best first (OpenID Connect Core 3.1.2.1)' },
  login_hint: { meaning: 'The username that the sign-in page fills in' },
}

/** The rules for an authentication request besides those of OAuth (OpenID Connect Core 3.1.2.2, 3.2.2.1, 3.3.2.1). */
export function openIdChecks(openId: OpenId): readonly AuthorizationCheck[] {
  return [
    checkScope,
    checkNonce,
    ({ params }) => {
      requestedSubject(parseClaimsRequest(params.get('claims')))
    },
    checkEssentialAcr,
    async ({ params }, provider) => checkHint(params, openId, provider),
    refuseRegistration,
  ]
}

function wantsIdToken(params: Params): boolean {
  return normalResponseType(params.get('response_type') ?? '')
    .split(' ')
    .includes('id_token')
}

function refuse(description: string, reason: string): OAuthError {
  return new OAuthError('invalid_request', description, { reason })
}

/** Core 3.1.2.1: without `openid` there is no ID token, and with it the redirect URI is required. */
function checkScope({ params, target }: Parameters<AuthorizationCheck>[0]): void {
  if (!hasScope(params.get('scope'), OPENID)) {
    if (wantsIdToken(params)) throw refuse("An ID token needs the scope 'openid'.", 'no_openid_scope')
    return
  }
  if (!target.given) throw refuse("No 'redirect_uri' included in the request.", 'missing_parameter')
}

/** Core 3.2.2.1: an ID token of the front channel must be bound to the request. */
function checkNonce({ params }: Parameters<AuthorizationCheck>[0]): void {
  const nonce = params.get('nonce')
  if (nonce === undefined && wantsIdToken(params)) {
    throw refuse("No 'nonce' included in the request.", 'missing_parameter')
  }
  if (nonce !== undefined && nonce.length > MAX_NONCE) throw refuse("The 'nonce' is too long.", 'too_large')
}

/** Core 5.5.1.1: if an essential way of authentication does not exist, authentication fails. */
function checkEssentialAcr({ params }: Parameters<AuthorizationCheck>[0], provider: Provider): void {
  const acr = requestedAcr(parseClaimsRequest(params.get('claims')))
  const supported = provider.metadata.flatMap((part) => part(provider)['acr_values_supported'] ?? [])
  if (acr?.essential !== true || supported.some((value) => matches(value, acr))) return
  throw new OAuthError('access_denied', 'The user cannot be authenticated in the requested way.', {
    reason: 'acr_not_met',
  })
}

/** Core 3.1.2.2: a hint is one of our own ID tokens, however old. */
async function checkHint(params: Params, openId: OpenId, provider: Provider): Promise<void> {
  const hint = params.get('id_token_hint')
  if (hint === undefined) return
  const claims = await openOwnJwt(
    hint,
    { issuer: provider.issuer },
    openId.ring(provider),
    openId.keyContext(provider),
  )
  if (!claims) throw refuse("The 'id_token_hint' is not an ID token of this provider.", 'wrong_hint')
}

/** Core 7.2.1: only self-issued providers accept client metadata in a request. */
function refuseRegistration({ params }: Parameters<AuthorizationCheck>[0]): void {
  if (params.get('registration') === undefined) return
  throw new OAuthError('registration_not_supported', "The parameter 'registration' is not supported.")
}

/**
 * Refuses to answer for another user than the one that the request insists on (Core 3.1.2.1 `id_token_hint`, 5.5.1 `sub`).
 * The hint was verified by the checks.
 */
export function insistOnSubject(openId: OpenId): InteractionRule {
  return async ({ params, request, session }, provider) => {
    const hint = params.get('id_token_hint')
    const wanted = [
      requestedSubject(parseClaimsRequest(params.get('claims'))),
      hint === undefined ? null : (claimsOf(hint)?.['sub'] ?? null),
    ].filter((subject) => subject !== null)
    if (!session || wanted.length === 0) return null
    const subject = await subjectFor(session.user.id, request.client, openId, provider)
    if (wanted.every((one) => one === subject)) return null
    throw new OAuthError('login_required', 'The signed-in user is not the requested one.', {
      reason: 'other_user',
    })
  }
}
