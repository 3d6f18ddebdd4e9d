import type { Provider } from '../../concepts.ts'
import { sha256, toBase64url } from '../../crypto/bytes.ts'
import type { OAuthError } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import type { Consent, ConsentCommit, Session } from '../../store/records.ts'
import type { Params } from '../params.ts'
import type { Redirection } from '../response-modes/index.ts'
import type { RedirectTarget } from './redirect-target.ts'
import type { AuthorizationRequest } from './request.ts'
import { responseModeOf } from './response-mode.ts'

/** What a user approved, whether now or before. */
export interface Approval {
  readonly session: Session
  /** Names separated by spaces. */
  readonly scope: string
  /** Id of the consent that this rests on. */
  readonly consentId: string
  /** The consent to save with the answer; null where the remembered one covers the scope. */
  readonly consent: ConsentCommit | null
}

/** Plans the approval of a scope: what must be saved, if anything. */
export async function planApproval(
  request: AuthorizationRequest,
  session: Session,
  remembered: Consent | null,
  scope: string,
): Promise<Approval> {
  const live = remembered && !remembered.withdrawn ? remembered : null
  const { clientId } = request.client
  // The id follows from the one before, so that two tabs that begin a consent at once begin the same.
  const id = live?.id ?? (await nextConsentId(session.user.id, clientId, remembered?.id ?? ''))
  const covered = live !== null && coversScope(live.scope, scope)
  return {
    session,
    scope,
    consentId: id,
    consent: covered ? null : { userId: session.user.id, clientId, id, scope },
  }
}

async function nextConsentId(userId: string, clientId: string, lastId: string): Promise<string> {
  return toBase64url((await sha256(`${userId}\n${clientId}\n${lastId}`)).slice(0, 16))
}

/**
 * Answers an authorization request that the user approved: its response type makes the parameters (RFC 6749 4.1.2, 4.2.2).
 * @throws {OAuthError} what the issuing refuses
 */
export async function answerAuthorization(
  request: AuthorizationRequest,
  approval: Approval,
  provider: Provider,
): Promise<Redirection> {
  const type = provider.responseTypes[request.responseType]
  if (!type) throw new TypeError('A checked request has a response type.')
  const answer = await type.answer(request, approval, provider)
  return encode(
    request.target,
    request.responseMode,
    { ...answer, ...closing(request.state, provider) },
    provider,
  )
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
function closing(state: string | null, { issuer }: Provider): Readonly<Record<string, string>> {
  return { ...(state === null ? {} : { state }), iss: issuer }
}

function encode(
  target: RedirectTarget,
  mode: string,
  answer: Readonly<Record<string, string>>,
  provider: Provider,
): Redirection {
  const encoder = provider.responseModes[mode]
  if (!encoder) throw new TypeError('A response mode is one of the table.')
  return encoder(target.uri, answer)
}
