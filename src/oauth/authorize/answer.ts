import type {
  AnswerParameters,
  GrantDetailsReader,
  Params,
  Provider,
  RedirectTarget,
  Redirection,
} from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import type { OAuthError } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import type { Consent, ConsentCommit, GrantDetails, Session } from '../../store/records.ts'
import { signInDetails } from '../../tokens/authentication-level.ts'
import { responseTypeParts } from '../response-types/index.ts'
import { coversTargets, targetsOf } from './consent.ts'
import type { AuthorizationRequest } from './request.ts'
import { responseModeOf } from './response-mode.ts'

/** What a user approved, now or earlier. */
export interface Approval {
  readonly session: Session
  /** Names separated by spaces. */
  readonly scope: string
  /** Id of the consent that this is based on. */
  readonly consentId: string
  /** What the grant keeps of the request; null if nothing. */
  readonly details: GrantDetails | null
  /** Settles when the consent is stored; anything that needs a valid consent waits for it. */
  readonly consentSaved: Promise<void>
}

/**
 * Answers an authorization request that the user approved: saves the consent, and lets each part of the response type return
 * its parameters (RFC 6749 4.1.2, 4.2.2).
 * @param remembered the user's last consent to this client
 * @param scope the part of the requested scope that the user allows; the rest is refused
 * @throws {OAuthError} if issuing is refused
 */
export async function answerAuthorization(
  request: AuthorizationRequest,
  { consent: remembered, session }: { readonly consent: Consent | null; readonly session: Session },
  scope: string,
  provider: Provider,
): Promise<Redirection> {
  for (const check of provider.approvalChecks) await check(request, session, provider)
  const details = await readGrantDetails(request, session, provider)
  const commit = planConsent(request, session, remembered, scope)
  const consentSaved = commit.save
    ? provider.store.saveConsent(commit.save, session.id, provider.request)
    : Promise.resolve()
  const approval: Approval = { session, scope, consentId: commit.id, details, consentSaved }
  const [answer] = await Promise.all([answerParts(request, approval, provider), consentSaved])
  return encode(
    request.target,
    request.responseMode,
    { ...answer, ...closing(request.state, provider) },
    provider,
  )
}

async function answerParts(
  request: AuthorizationRequest,
  approval: Approval,
  provider: Provider,
): Promise<AnswerParameters> {
  let answer: AnswerParameters = {}
  for (const part of responseTypeParts(request.responseType, provider)) {
    answer = { ...answer, ...(await part.answer(request, approval, answer, provider)) }
  }
  return answer
}

/**
 * Reads what the grant of an approved request keeps: how the user was authenticated, and what the features add.
 * @returns null if there is nothing to keep
 * @throws {OAuthError} what the client is told
 */
export async function readGrantDetails(
  request: Parameters<GrantDetailsReader>[0] & Partial<Pick<AuthorizationRequest, 'requestClaims'>>,
  session: Session,
  provider: Provider,
): Promise<GrantDetails | null> {
  const read = await Promise.all(
    provider.grantDetails.map(async (reader) => reader(request, session, provider)),
  )
  const claims = request.requestClaims
  const details = Object.fromEntries(
    [{ ...(claims && { claims }), ...signInDetails(session) }, ...read].flatMap(Object.entries<unknown>),
  )
  return Object.keys(details).length === 0 ? null : details
}

/**
 * Plans the consent to save; none if the remembered consent allows exactly what this answer allows, and nothing that it
 * refuses.
 */
function planConsent(
  request: AuthorizationRequest,
  { user }: Session,
  remembered: Consent | null,
  scope: string,
): { readonly id: string; readonly save: ConsentCommit | null } {
  const { client, scope: asked } = request
  const { clientId } = client
  const live = remembered && !remembered.withdrawn ? remembered : null
  const id = live?.id ?? randomId()
  const refused = asked.split(' ').filter((name) => !scope.split(' ').includes(name))
  const known =
    live !== null &&
    coversScope(live.scope, scope) &&
    coversTargets(live, request, scope) &&
    !overlaps(live.scope, refused)
  const targets = targetsOf(scope, request)
  return {
    id,
    save: known ? null : { userId: user.id, clientId, id, scope, refused: refused.join(' '), targets },
  }
}

function overlaps(scope: string, names: readonly string[]): boolean {
  return scope.split(' ').some((name) => names.includes(name))
}

/**
 * Saves that a user unticked every requested scope, so that an older consent no longer allows them. Costs a round trip only
 * if there is such a consent.
 */
export async function refuseScopes(
  { client, scope }: AuthorizationRequest,
  { consent, session }: { readonly consent: Consent | null; readonly session: Session },
  provider: Provider,
): Promise<void> {
  if (!consent || consent.withdrawn || !overlaps(consent.scope, scope.split(' '))) return
  const commit = {
    userId: session.user.id,
    clientId: client.clientId,
    id: consent.id,
    scope: '',
    refused: scope,
  }
  await provider.store.saveConsent(commit, session.id, provider.request)
}

/** Returns the redirect that reports a refusal to the client (RFC 6749 4.1.2.1, 4.2.2.1). */
export function redirectError(
  params: Params,
  target: RedirectTarget,
  error: OAuthError,
  provider: Provider,
): Redirection {
  const answer = { error: error.code, error_description: error.description }
  const state = params.get('state') ?? null
  return encode(
    target,
    responseModeOf(params, target.uri, provider),
    { ...answer, ...closing(state, provider) },
    provider,
  )
}

/** Returns the parameters that end every answer: the state byte for byte, and the issuer (RFC 9207 2). */
function closing(state: string | null, { issuer }: Provider): AnswerParameters {
  return { ...(state === null ? {} : { state }), iss: issuer }
}

function encode(
  target: RedirectTarget,
  mode: string,
  answer: AnswerParameters,
  provider: Provider,
): Redirection {
  const encoder = provider.responseModes[mode]
  if (!encoder) throw new TypeError('The response mode must be in the table.')
  return encoder(target.uri, answer)
}
