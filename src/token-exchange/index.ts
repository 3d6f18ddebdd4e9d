import type { Feature, GrantType, Params, Provider, TokenRequest, TokenResponse } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { takenScopes } from '../oauth/resource-scopes.ts'
import { keysOf, namedResources } from '../oauth/resources.ts'
import {
  invalidGrant,
  invalidScope,
  invalidTarget,
  unauthorizedGrantType,
  unprovenClient,
} from '../refusals.ts'
import { coversScope, joinScope, requestedScope, withoutAdmin } from '../scope.ts'
import type { Client, GrantDetails, LiveToken } from '../store/records.ts'
import { jktOf } from '../tokens/binding.ts'
import { issueTokens } from '../tokens/issue.ts'
import { readTokenReference } from '../tokens/reference.ts'
import { isForProvider } from '../tokens/verify.ts'

/** The grant type of token exchange (RFC 8693 2.1). */
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The most exchanges between a token and the one that a user allowed, as a grant keeps a list of them. */
const LONGEST_CHAIN = 8

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * An API that received a token gets its own for another API, on behalf of the same user (RFC 8693): never for more scope,
 * for more resources or for longer, and only while the received token, its client, and everything it was exchanged from are
 * valid. The new token names the acting party.
 */
export const tokenExchange: GrantType = {
  label: 'Token exchange: one token for another',
  parameters: ['subject_token', 'subject_token_type'],
  optional: ['actor_token', 'actor_token_type', 'requested_token_type'],
  async exchange(request, provider) {
    const { client, subject } = await readSubject(request, provider)
    const { params } = request
    checkTypes(params)
    // A client that acts for itself has no user on whose behalf another could act.
    if (subject?.kind !== 'access' || subject.user === null) throw invalidSubject()
    // A stolen token that is bound to a key is useless here, too (RFC 9449 7).
    const bound = jktOf(subject.details)
    if (bound !== null && bound !== (request.jkt ?? null))
      throw invalidGrant('the subject token is bound to a key')
    const targets = withAudience(params)
    await checkTargets(subject, targets, provider)
    const response = await issueTokens(
      { ...request, params: targets, authenticateClient: async () => client },
      {
        userId: subject.user.id,
        scope: await scopeFor(subject, client, targets, provider),
        authTime: subject.authTime,
        sessionId: subject.sessionId,
        details: detailsOf(subject, client, provider),
        refreshTokenFor: [],
      },
      provider,
    )
    return exchanged(response)
  },
}

/** RFC 8693 2.2.1: the type of the token. */
function exchanged(response: TokenResponse): TokenResponse & { readonly issued_token_type: string } {
  return { ...response, issued_token_type: ACCESS_TOKEN }
}

/**
 * A token without a particular resource stays one; otherwise an API that received it could get one for another API.
 * @throws {OAuthError} invalid_target
 */
async function checkTargets(subject: LiveToken, targets: Params, provider: Provider): Promise<void> {
  if (subject.resource.length > 0) return
  const named = await namedResources(targets, provider)
  if (keysOf(named).some((key) => !isForProvider({ resource: [key] }, provider))) {
    throw invalidTarget('The subject_token is not for any particular resource.')
  }
}

/** Authenticates the client and reads the token that it presents, in one round trip. */
async function readSubject(
  request: TokenRequest,
  provider: Provider,
): Promise<{ readonly client: Client; readonly subject: LiveToken | null }> {
  const { grantType, params, proof } = request
  const { now } = provider.request
  const reference = await readTokenReference(params.get('subject_token') ?? '', provider)
  const { client, token: subject } = reference
    ? await provider.store.readTokenAs(proof, reference, now)
    : { client: await provider.store.readClient(proof, now), token: null }
  if (!client) throw unprovenClient(proof)
  if (client.type !== 'confidential' || !client.grantTypes.includes(grantType)) throw unauthorizedGrantType()
  return { client, subject }
}

/** RFC 8693 2.1: only access tokens are exchanged for access tokens; the authenticated client is the acting party. */
function checkTypes(params: Params): void {
  if (params.get('subject_token_type') !== ACCESS_TOKEN) {
    throw new OAuthError('invalid_request', 'The subject_token_type is not supported.')
  }
  if ((params.get('requested_token_type') ?? ACCESS_TOKEN) !== ACCESS_TOKEN) {
    throw new OAuthError('invalid_request', 'The requested_token_type is not supported.')
  }
  if (params.get('actor_token') !== undefined || params.get('actor_token_type') !== undefined) {
    throw new OAuthError(
      'invalid_request',
      'The actor is the authenticated client; actor_token is not supported.',
    )
  }
}

function invalidSubject(): OAuthError {
  return new OAuthError('invalid_request', 'The subject_token is not a valid access token.', {
    reason: 'wrong_subject_token',
  })
}

/** `audience` names a resource, too (RFC 8693 2.1). */
function withAudience(params: Params): Params {
  return {
    ...params,
    getAll: (name) =>
      name === 'resource'
        ? [...params.getAll('resource'), ...params.getAll('audience')]
        : params.getAll(name),
  }
}

/**
 * Returns the requested scope, if the subject token has it; by default the subject token's scope, as far as client and
 * resources allow it.
 */
async function scopeFor(
  { scope }: LiveToken,
  client: Client,
  targets: Params,
  provider: Provider,
): Promise<string> {
  const requested = requestedScope(targets.get('scope'))
  if (requested !== null) {
    if (!coversScope(scope, requested)) throw invalidScope()
    return requested
  }
  const named = await namedResources(targets, provider)
  const taken = named.length === 0 ? null : takenScopes(named, provider)
  const left = withoutAdmin(scope)
    .split(' ')
    .filter(
      (name) => (taken?.includes(name) ?? true) && (client.scope === null || coversScope(client.scope, name)),
    )
  if (left.length === 0 || left[0] === '') throw invalidScope()
  return joinScope(left)
}

/**
 * Returns what the new grant keeps: the resources of its subject, who acts for whom, and the access tokens with which it ends.
 * @throws {OAuthError} invalid_request: there are too many of them
 */
function detailsOf(
  { details, expiresAt, grantId, resource, sequence }: LiveToken,
  { clientId }: Client,
  { request }: Provider,
): GrantDetails {
  const parent = [details?.['parent'] ?? [], `${grantId}.${sequence}`].flat()
  if (parent.length > LONGEST_CHAIN) throw invalidSubject()
  return {
    ...(resource.length > 0 && { resource }),
    ...(details?.['amr'] !== undefined && { amr: details['amr'] }),
    ...(details?.['auth_time'] !== undefined && { auth_time: details['auth_time'] }),
    parent,
    act: { sub: clientId, ...(details?.['act'] ? { act: details['act'] } : {}) },
    lifetime: expiresAt - request.now,
  }
}

/** The feature that exchanges tokens (RFC 8693), for the clients that have its grant type. */
export function tokenExchanges(): Feature {
  return { name: 'token-exchange', grantTypes: { [TOKEN_EXCHANGE]: tokenExchange } }
}
