import type { AuthorizationCheck, CheckedRequest, Provider } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { ADMIN_SCOPE, coversScope, isScopeToken, MAX_SCOPES, requestedScope } from '../../scope.ts'
import { refuseRepeated } from '../params.ts'
import { checkCodeChallenge, pkceRule } from '../pkce.ts'
import { normalResponseType, responseTypeParts, supportedResponseTypes } from '../response-types/index.ts'
import { checkSize } from './parameters.ts'
import { responseModeOf } from './response-mode.ts'

/** The rules of the core, in the order in which they are checked; those of features follow. */
export const authorizationChecks: readonly AuthorizationCheck[] = [
  refuseRepeatedParameters,
  checkSize,
  refuseRequestObject,
  checkResponseType,
  checkResponseMode,
  checkClientMay,
  checkPkce,
  checkScope,
  checkPrompt,
  checkMaxAge,
]

/** RFC 6749 3.1. Ignored parameters may repeat. */
function refuseRepeatedParameters({ params }: CheckedRequest, provider: Provider): void {
  const once = Object.entries(provider.authorizationParameters).filter(([, { repeats }]) => !repeats)
  refuseRepeated(params, ['request', 'request_uri', ...once.map(([name]) => name)])
}

/**
 * A request object (OpenID Connect Core 6) that no parameter source has read is refused, never ignored. A feature with a row
 * for the parameter has its own check to refuse what it did not read.
 */
function refuseRequestObject({ params }: CheckedRequest, { authorizationParameters }: Provider): void {
  if (params.get('request') !== undefined) {
    throw new OAuthError('request_not_supported', "The parameter 'request' is not supported.")
  }
  if (params.get('request_uri') !== undefined && !Object.hasOwn(authorizationParameters, 'request_uri')) {
    throw new OAuthError('request_uri_not_supported', "The parameter 'request_uri' is not supported.")
  }
}

/** RFC 6749 3.1.1: the parts may come in any order. */
function checkResponseType({ params }: CheckedRequest, provider: Provider): void {
  const value = params.get('response_type')
  if (value === undefined) throw new OAuthError('invalid_request', "No 'response_type' supplied.")
  const supported = supportedResponseTypes(provider)
  if (supported.includes(normalResponseType(value))) return
  const unknown = value.split(' ').find((name) => !supported.includes(name)) ?? value
  throw new OAuthError(
    'unsupported_response_type',
    `'${unknown.slice(0, 50)}' is not a supported response type.`,
  )
}

/** A mode that cannot carry the answer is refused, not replaced. */
function checkResponseMode({ params, target }: CheckedRequest, provider: Provider): void {
  const mode = params.get('response_mode')
  if (mode !== undefined && mode !== responseModeOf(params, target.uri, provider)) {
    throw new OAuthError('invalid_request', "The 'response_mode' is not supported.")
  }
}

/** RFC 6749 4.1.2.1: the client must be registered for its request, with the grant type of every part (RFC 7591 2.1). */
function checkClientMay({ client, params }: CheckedRequest, provider: Provider): void {
  const parts = responseTypeParts(normalResponseType(params.get('response_type') ?? ''), provider)
  if (parts.every(({ grantType }) => client.grantTypes.includes(grantType))) return
  throw new OAuthError('unauthorized_client', 'The client may not use this response type.')
}

/** RFC 7636 4.4.1; an implicit answer has no code to protect. */
function checkPkce({ client, params }: CheckedRequest, provider: Provider): void {
  const parts = responseTypeParts(normalResponseType(params.get('response_type') ?? ''), provider)
  if (parts.some(({ usesPkce }) => usesPkce)) checkCodeChallenge(params, pkceRule(client, provider))
}

/** RFC 6749 3.3: each name exists, the client may have it, and a person can be asked to allow all of them. */
function checkScope({ client, knownScopes, params }: CheckedRequest): void {
  const scope = requestedScope(params.get('scope'))
  const names = scope?.split(' ') ?? []
  const wrong =
    names.length > MAX_SCOPES || names.some((name) => !isScopeToken(name) || !knownScopes.has(name))
  if (wrong || (scope !== null && client.scope !== null && !coversScope(client.scope, scope))) {
    throw new OAuthError('invalid_scope', 'Invalid scope.')
  }
  // Only by name, and never from the front channel.
  const inAddress = normalResponseType(params.get('response_type') ?? '')
    .split(' ')
    .includes('token')
  if (names.includes(ADMIN_SCOPE) && (client.scope === null || inAddress)) {
    throw new OAuthError('invalid_scope', 'Invalid scope.')
  }
}

/** OpenID Connect Core 3.1.2.1: `none` cannot be combined. */
function checkPrompt({ params }: CheckedRequest): void {
  const prompts = params.get('prompt')?.split(' ') ?? []
  if (prompts.includes('none') && prompts.length > 1) {
    throw new OAuthError('invalid_request', "The 'prompt' value none cannot be combined with others.")
  }
}

/** OpenID Connect Core 3.1.2.1. */
function checkMaxAge({ params }: CheckedRequest): void {
  const maxAge = params.get('max_age')
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    throw new OAuthError('invalid_request', "The 'max_age' is not a number of seconds.")
  }
}
