import type {
  Endpoint,
  EndpointAnswer,
  EndpointRequest,
  KnownResource,
  Params,
  Provider,
} from '../concepts.ts'
import { sortableId } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import { networkBlock, throttleKey } from '../identity/throttle.ts'
import { identifyClient } from '../oauth/client-auth.ts'
import { keysOf, namedResources } from '../oauth/resources.ts'
import { CLIENT_PARAMETERS } from '../oauth/token.ts'
import { tooMany, unauthorizedGrantType, unprovenClient } from '../refusals.ts'
import { requestedScope } from '../scope.ts'
import { settingsOf } from '../settings/settings.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { mintDeviceCode } from '../tokens/opaque.ts'
import { makeUserCode, readUserCode, userCodeHashes } from './codes.ts'
import { DEVICE_GRANT } from './grant.ts'
import { deviceScope } from './scope.ts'
import { DEVICE_SETTINGS } from './settings.ts'

/** The page on which people connect devices. */
export const DEVICE_PATH = '/device'

/** Seconds between two polls (RFC 8628 3.2). */
const INTERVAL = 5
/** The most devices of public clients that one network may start in a window. */
const LIMIT = 100
/** Seconds. */
const WINDOW = 600
/** How many codes are tried if another waiting device already has the first. */
const TRIES = 3

/** The device authorization endpoint (RFC 8628 3.1, 3.2). Takes one round trip. */
export function deviceAuthorizationEndpoint(
  storeOf: (provider: Pick<Provider, 'bindings'>) => DeviceStore,
): Endpoint {
  return {
    at: 'oauth2',
    path: '/device_authorization',
    method: 'POST',
    body: 'form',
    caller: 'client',
    cors: true,
    metadata: 'device_authorization_endpoint',
    summary: 'Starts the sign-in of a device (RFC 8628 3.1)',
    parameters: {
      ...CLIENT_PARAMETERS,
      scope: 'Names separated by spaces',
      resource: 'What the access is for (RFC 8707); may be sent more than once',
    },
    repeatable: ['resource'],
    response: {
      type: 'object',
      required: ['device_code', 'user_code', 'verification_uri', 'expires_in'],
      properties: {
        device_code: { type: 'string', description: 'For the token endpoint' },
        user_code: { type: 'string', description: 'For the person to enter' },
        verification_uri: { type: 'string', description: 'Where the person enters it' },
        verification_uri_complete: {
          type: 'string',
          description: 'The same with the code, such as for a QR code',
        },
        expires_in: { type: 'integer', description: 'Seconds' },
        interval: { type: 'integer', description: 'Seconds between two polls' },
      },
    },
    answer: async (request, provider) => authorizeDevice(request, storeOf(provider), provider),
  }
}

async function authorizeDevice(
  request: EndpointRequest,
  store: DeviceStore,
  provider: Provider,
): Promise<EndpointAnswer> {
  const proof = await identifyClient(request, provider)
  const asked = requestedScope(request.params.get('scope'))
  const { deviceCodeDelta } = settingsOf(DEVICE_SETTINGS, provider)
  const resources = await readResources(request.params, provider)
  const known = resources instanceof OAuthError ? [] : resources
  const id = sortableId()
  for (let tries = 0; tries < TRIES; tries++) {
    const userCode = makeUserCode()
    const [userCodeHash] = await userCodeHashes(readUserCode(userCode) ?? '', provider.keys)
    const outcome = await store.start(
      {
        proof,
        grantType: DEVICE_GRANT,
        id,
        userCodeHash,
        scope: asked ?? '',
        resource: keysOf(known),
        scopes: (asked ?? provider.settings.defaultScope).split(' '),
        expiresAt: provider.request.now + deviceCodeDelta,
        interval: INTERVAL,
        throttle: {
          key: await throttleKey(`devices:${networkBlock(provider.request.network)}`, provider.keys),
          limit: LIMIT,
          window: WINDOW,
        },
      },
      provider.request,
    )
    const { client, isKept, limitedUntil, scopes } = outcome
    if (!client) throw unprovenClient(proof)
    if (!client.grantTypes.includes(DEVICE_GRANT)) throw unauthorizedGrantType()
    if (limitedUntil !== null)
      throw tooMany('Too many requests. Try again later.', limitedUntil - provider.request.now)
    if (resources instanceof OAuthError) throw resources
    deviceScope(asked ?? '', { client, resources, scopes, userId: null }, provider)
    if (!isKept) continue
    const verificationUri = `${provider.origin}${DEVICE_PATH}`
    return {
      body: {
        device_code: await mintDeviceCode(id, provider.keys),
        user_code: userCode,
        verification_uri: verificationUri,
        verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
        expires_in: deviceCodeDelta,
        interval: INTERVAL,
      },
    }
  }
  throw new OAuthError('temporarily_unavailable', 'The service is busy. Try again.')
}

/** Reads the resources that a device names, or the refusal; a failed client authentication is reported first. */
async function readResources(
  params: Params,
  provider: Provider,
): Promise<readonly KnownResource[] | OAuthError> {
  try {
    return await namedResources(params, provider)
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
}
