import type { Endpoint, EndpointAnswer, EndpointRequest, Params, Provider } from '../concepts.ts'
import { randomBytes, toHex } from '../crypto/bytes.ts'
import { seal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { networkBlock, throttleKey } from '../identity/throttle.ts'
import { capturedParameters, parameterMeanings, resolveParameters } from '../oauth/authorize/parameters.ts'
import { resolveRedirectTarget } from '../oauth/authorize/redirect-target.ts'
import { parseAuthorizationRequest } from '../oauth/authorize/request.ts'
import { identifyClient } from '../oauth/client-auth.ts'
import { CLIENT_PARAMETERS } from '../oauth/token.ts'
import { tooMany, unprovenClient } from '../refusals.ts'
import { requestedScope } from '../scope.ts'
import { settingsOf } from '../settings/settings.ts'
import type { PushedRequestStore } from '../store/pushed-request-store.ts'
import { requestUriOf, visitUriOf } from './name.ts'
import { PUSHED_REQUEST_SETTINGS } from './settings.ts'

/** Seconds in which the requests of a network are counted. */
const WINDOW = 600

/** The context in which the parameters of a pushed request are sealed. */
export const sealContext = (id: string): string => `pushed request ${id}`

/** The pushed authorization request endpoint (RFC 9126 2). Takes one round trip. */
export function pushEndpoint(
  storeOf: (provider: Pick<Provider, 'bindings'>) => PushedRequestStore,
): Endpoint {
  return {
    at: 'oauth2',
    path: '/par',
    method: 'POST',
    body: 'form',
    caller: 'client',
    cors: true,
    status: 201,
    metadata: 'pushed_authorization_request_endpoint',
    provesKey: true,
    summary: 'Accepts an authorization request directly from its client (RFC 9126 2)',
    parameters: ({ authorizationParameters }) => {
      const { request_uri: _, ...others } = parameterMeanings({ authorizationParameters })
      return {
        ...CLIENT_PARAMETERS,
        ...others,
        request: 'Instead: a JWT that the client signed (RFC 9101)',
      }
    },
    repeatable: ['resource'],
    response: {
      type: 'object',
      required: ['request_uri', 'expires_in'],
      properties: {
        request_uri: { type: 'string', description: 'For the authorization endpoint, beside client_id' },
        expires_in: { type: 'integer', description: 'Seconds' },
      },
    },
    answer: async (request, provider) => push(request, storeOf(provider), provider),
  }
}

async function push(
  request: EndpointRequest,
  store: PushedRequestStore,
  provider: Provider,
): Promise<EndpointAnswer> {
  const proof = await identifyClient(request, provider)
  const { keys, request: mark } = provider
  const { pushedRequestDelta, pushedRequestLimit } = settingsOf(PUSHED_REQUEST_SETTINGS, provider)
  const params = bindToKey(await readPushed(request.params, proof.clientId, provider), request.jkt, provider)
  const id = toHex(randomBytes(16))
  const outcome = await store.push(
    {
      proof,
      id,
      sealed: await seal(JSON.stringify(capturedParameters(params, provider)), sealContext(id), keys),
      expiresAt: mark.now + pushedRequestDelta,
      scopes: (requestedScope(params.get('scope')) ?? provider.settings.defaultScope).split(' '),
      throttle: {
        key: await throttleKey(`pushed requests:${networkBlock(mark.network)}`, keys),
        limit: pushedRequestLimit,
        window: WINDOW,
      },
    },
    mark,
  )
  const { client, limitedUntil, scopes } = outcome
  if (!client) throw unprovenClient(proof)
  if (limitedUntil !== null) throw tooMany('Too many requests. Try again later.', limitedUntil - mark.now)
  const target = resolveRedirectTarget(params, client)
  // The rules are those of the authorization endpoint (RFC 9126 2.1), which will check them again.
  const pushed = withParameter(params, 'request_uri', await visitUriOf({ id, visit: '' }, provider))
  await parseAuthorizationRequest(pushed, target, { scopes, session: null }, provider)
  return { body: { request_uri: await requestUriOf(id, provider), expires_in: pushedRequestDelta } }
}

/**
 * Reads the parameters of the request, from the form or a request object in it.
 * @throws {OAuthError} invalid_request: it
 * refers to another request (RFC 9126 2.1)
 */
async function readPushed(form: Params, clientId: string, provider: Provider): Promise<Params> {
  if (form.getAll('request_uri').length > 0) {
    throw new OAuthError('invalid_request', "A pushed request must not have a 'request_uri'.", {
      reason: 'request_uri_pushed',
    })
  }
  const named = withParameter(form, 'client_id', clientId)
  return resolveParameters(named, provider)
}

/**
 * A proof of possession binds the code of the request, as if the request named the key (RFC 9449 10.1).
 * @throws {OAuthError} invalid_dpop_proof: it names another key
 */
function bindToKey(params: Params, jkt: string | null, { possessionProofs }: Provider): Params {
  if (jkt === null) return params
  const names = possessionProofs.flatMap((proof) => Object.entries(proof.authorizationParameters(jkt)))
  return names.reduce((bound, [name, value]) => {
    if (![undefined, value].includes(bound.get(name))) {
      throw new OAuthError('invalid_dpop_proof', `The proof uses another key than '${name}' names.`)
    }
    return withParameter(bound, name, value)
  }, params)
}

/** Returns the same parameters with another value for one of them. */
function withParameter(params: Params, name: string, value: string): Params {
  return {
    get: (asked) => (asked === name ? value : params.get(asked)),
    getAll: (asked) => (asked === name ? [value] : params.getAll(asked)),
    repeated: params.repeated,
  }
}
