import type { Provider } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { coversScope, isScopeToken, requestedScope } from '../../scope.ts'
import type { Client } from '../../store/records.ts'
import { type Params, refuseRepeated } from '../params.ts'
import { checkCodeChallenge } from '../pkce.ts'
import { responseTypes } from '../response-types/index.ts'
import type { RedirectTarget } from './redirect-target.ts'
import { responseModeOf } from './response-mode.ts'

/** What a check looks at. */
export interface CheckedRequest {
  readonly params: Params
  readonly target: RedirectTarget
  readonly client: Client
  /** Names in the scope table. */
  readonly scopeNames: readonly string[]
}

/** One rule that an authorization request must keep; throws the OAuthError that the client is sent. */
export type AuthorizationCheck = (request: CheckedRequest, provider: Provider) => void

/** Every rule, in the order in which a request meets them. */
export const authorizationChecks: readonly AuthorizationCheck[] = [
  ({ params }) => refuseRepeated(params),
  refuseRequestObject,
  checkResponseType,
  checkResponseMode,
  checkClientMay,
  checkPkce,
  checkScope,
  checkPrompt,
  checkMaxAge,
]

/** Request objects (OpenID Connect Core 6) are not read, and nothing is fetched. */
function refuseRequestObject({ params }: CheckedRequest): void {
  if (params.get('request') !== undefined) {
    throw new OAuthError('request_not_supported', "The parameter 'request' is not supported.")
  }
  if (params.get('request_uri') !== undefined) {
    throw new OAuthError('request_uri_not_supported', "The parameter 'request_uri' is not supported.")
  }
}

/** RFC 6749 3.1.1. */
function checkResponseType({ params }: CheckedRequest, provider: Provider): void {
  const value = params.get('response_type')
  if (value === undefined) throw new OAuthError('invalid_request', "No 'response_type' supplied.")
  const supported =
    Object.hasOwn(provider.responseTypes, value) && provider.settings.responseTypeChoices.includes(value)
  if (supported) return
  const unknown =
    value.split(' ').find((name) => !provider.settings.responseTypeChoices.includes(name)) ?? value
  throw new OAuthError(
    'unsupported_response_type',
    `'${unknown.slice(0, 50)}' is not a supported response type.`,
  )
}

/** A mode that the answer cannot travel by is refused, not replaced. */
function checkResponseMode({ params, target }: CheckedRequest, provider: Provider): void {
  const mode = params.get('response_mode')
  if (mode !== undefined && mode !== responseModeOf(params, target.uri, provider)) {
    throw new OAuthError('invalid_request', "The 'response_mode' is not supported.")
  }
}

/**
 * RFC 6749 4.1.2.1: the client is registered for what it asks. A response type of the embedding Worker's own is not among
 * the registered names: there the grant type alone decides.
 */
function checkClientMay({ client, params }: CheckedRequest, provider: Provider): void {
  const value = params.get('response_type') ?? ''
  const grantType = provider.responseTypes[value]?.grantType ?? ''
  const registered = client.responseTypes.includes(value) || !Object.hasOwn(responseTypes, value)
  if (registered && client.grantTypes.includes(grantType)) return
  throw new OAuthError('unauthorized_client', 'The client may not use this response type.')
}

/** RFC 7636 4.4.1; an implicit answer has no code to protect. */
function checkPkce({ client, params }: CheckedRequest, provider: Provider): void {
  if (provider.responseTypes[params.get('response_type') ?? '']?.usesPkce) checkCodeChallenge(params, client)
}

/** RFC 6749 3.3: each name exists, and the client may have it. */
function checkScope({ client, params, scopeNames }: CheckedRequest, provider: Provider): void {
  const scope = requestedScope(params.get('scope'))
  const known = (name: string): boolean =>
    Object.hasOwn(provider.settings.scopes, name) || scopeNames.includes(name)
  const wrong = scope?.split(' ').some((name) => !isScopeToken(name) || !known(name))
  if (wrong || (scope !== null && client.scope !== null && !coversScope(client.scope, scope))) {
    throw new OAuthError('invalid_scope', 'Invalid scope.')
  }
}

/** OpenID Connect Core 3.1.2.1: `none` stands alone. */
function checkPrompt({ params }: CheckedRequest): void {
  const prompts = params.get('prompt')?.split(' ') ?? []
  if (prompts.includes('none') && prompts.length > 1) {
    throw new OAuthError('invalid_request', "The 'prompt' none stands alone.")
  }
}

/** OpenID Connect Core 3.1.2.1. */
function checkMaxAge({ params }: CheckedRequest): void {
  const maxAge = params.get('max_age')
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    throw new OAuthError('invalid_request', "The 'max_age' is not a number of seconds.")
  }
}
