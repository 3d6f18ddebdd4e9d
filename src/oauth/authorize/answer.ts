import type { AnswerParameters, Params, Provider, RedirectTarget, Redirection } from '../../concepts.ts'
import { randomId } from '../../crypto/bytes.ts'
import type { OAuthError } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import type { Consent, ConsentCommit, GrantDetails, Session } from '../../store/records.ts'
import { responseTypeParts } from '../response-types/index.ts'
import type { AuthorizationRequest } from './request.ts'
import { responseModeOf } from './response-mode.ts'

/** What a user approved, whether now or before. */
export interface Approval {
  readonly session: Session
  /** Names separated by spaces. */
  readonly scope: string
  /** Id of the consent that this rests on. */
  readonly consentId: string
  /** What the grant keeps of the request; null if that is nothing. */
  readonly details: GrantDetails | null
  /** Settles when the consent is in the storage: what demands one that lives waits for it. */
  readonly consentSaved: Promise<void>
}

/**
 * Answers an authorization request that the user approved: saves the consent, and each part of the response type makes its
 * parameters (RFC 6749 4.1.2, 4.2.2).
 * @param remembered the user's last consent to this client
 * @param scope what the user allows, of what was asked; what was asked beside it is refused
 * @throws {OAuthError} what the issuing refuses
 */
export async function answerAuthorization(
  request: AuthorizationRequest,
  { consent: remembered, session }: { readonly consent: Consent | null; readonly session: Session },
  scope: string,
  provider: Provider,
): Promise<Redirection> {
  const details = await readDetails(request, session, provider)
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

async function readDetails(
  request: AuthorizationRequest,
  session: Session,
  provider: Provider,
): Promise<GrantDetails | null> {
  const read = await Promise.all(
    provider.grantDetails.map(async (reader) => reader(request, session, provider)),
  )
  const claims = request.requestClaims
  const details = Object.fromEntries(
    [{ ...(claims && { claims }) }, ...read].flatMap(Object.entries<unknown>),
  )
  return Object.keys(details).length === 0 ? null : details
}

/** Plans what is saved: nothing where the remembered consent allows what this answer allows, and nothing that it refuses. */
function planConsent(
  { client, scope: asked }: AuthorizationRequest,
  { user }: Session,
  remembered: Consent | null,
  scope: string,
): { readonly id: string; readonly save: ConsentCommit | null } {
  const { clientId } = client
  const live = remembered && !remembered.withdrawn ? remembered : null
  const id = live?.id ?? randomId()
  const refused = asked.split(' ').filter((name) => !scope.split(' ').includes(name))
  const known = live !== null && coversScope(live.scope, scope) && !overlaps(live.scope, refused)
  return { id, save: known ? null : { userId: user.id, clientId, id, scope, refused: refused.join(' ') } }
}

function overlaps(scope: string, names: readonly string[]): boolean {
  return scope.split(' ').some((name) => names.includes(name))
}

/**
 * Saves that a user refused every scope that was asked for, by unticking it: an older consent does not allow it any more.
 * Costs a round trip only where there is such a consent.
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

/** A refusal that the client is told (RFC 6749 4.1.2.1, 4.2.2.1). */
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

/** What every answer closes with: the state byte for byte, and who answers (RFC 9207 2). */
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
  if (!encoder) throw new TypeError('A response mode is one of the table.')
  return encoder(target.uri, answer)
}
