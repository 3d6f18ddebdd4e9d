import { readMember } from '../../clients/member.ts'
import { keyMembers } from '../../clients/members/keys.ts'
import { openidMembers } from '../../clients/members/openid.ts'
import type { ParameterSource, Provider } from '../../concepts.ts'
import { OAuthError } from '../../errors.ts'
import { prepareClient } from '../../oauth/client-auth.ts'
import { fetchDocument, FetchError } from '../../outbound/fetch-json.ts'
import { readClientKeys } from '../../private-key-jwt/client-keys.ts'
import { hasStrictJwts } from '../../settings/profiles.ts'
import type { Client } from '../../store/records.ts'
import { parametersOfObject } from './parameters.ts'
import { invalidObject, MAX_REQUEST_OBJECT, readRequestObjectKeyId, verifyRequestObject } from './verify.ts'

/** Seconds within which a request object must arrive completely. */
const TIMEOUT = 3
/** Media types of request objects; RFC 9101 9 registered the first, which older clients do not know. */
const TYPES = ['application/oauth-authz-req+jwt', 'application/jwt', 'application/jose', 'text/plain']

/** Members that request objects add to the metadata (OpenID Connect Discovery 3). */
export function requestObjectMetadata({
  settings,
}: Pick<Provider, 'settings'>): Readonly<Record<string, unknown>> {
  return {
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: settings.signatureAlgorithms,
  }
}

/**
 * Request objects (RFC 9101, OpenID Connect Core 6): `request` by value, `request_uri` by an address that the client
 * registered. Only a client that has keys can send one; for all others the core refuses the parameter. Costs one more round
 * trip.
 */
export const requestObjects: ParameterSource = async (params, provider) => {
  const byValue = params.get('request')
  const uri = params.get('request_uri')
  // Other addresses, such as those of pushed requests, belong to other features.
  if (byValue === undefined && (uri === undefined || !/^https?:/i.test(uri))) return null
  const client = await findClient(params.get('client_id') ?? '', provider)
  if (!client || !hasKeys(client)) return null
  if (byValue !== undefined && uri !== undefined) {
    throw new OAuthError('invalid_request', "The parameters 'request' and 'request_uri' cannot be combined.")
  }
  const object = byValue ?? (await fetchObject(uri ?? '', client, provider))
  const { signatureAlgorithms: algorithms } = provider.settings
  const kid = readRequestObjectKeyId(object, algorithms)
  const keys = await readClientKeys(client, kid, provider).catch((error: unknown) => {
    if (error instanceof FetchError)
      throw invalidObject('cannot be verified: the keys of the client are unavailable')
    throw error
  })
  const verified = await verifyRequestObject(object, keys, {
    clientId: client.clientId,
    algorithm: readMember(client, openidMembers.requestObjectSigningAlg),
    algorithms,
    isStrict: hasStrictJwts(provider.settings),
    issuer: provider.issuer,
    now: provider.request.now,
  })
  return parametersOfObject(verified, params, provider)
}

async function findClient(clientId: string, provider: Provider): Promise<Client | null> {
  const { request, settings, store } = provider
  await prepareClient(clientId, provider, 'before')
  const rule = { now: request.now, idleDelta: settings.sessionIdleDelta }
  const { client } = await store.readAuthorization({ clientId, sessionId: null, scopes: [] }, rule)
  return client?.disabled === false ? client : null
}

function hasKeys(client: Client): boolean {
  return readMember(client, keyMembers.jwks) !== null || readMember(client, keyMembers.jwksUri) !== null
}

/** Fetches a request object, only from addresses that its client registered. */
async function fetchObject(uri: string, client: Client, { settings }: Provider): Promise<string> {
  const address = withoutFragment(uri)
  const registered = readMember(client, openidMembers.requestUris).map(withoutFragment)
  if (!registered.includes(address)) throw invalidUri('is not one that the client registered')
  const rules = {
    allowLoopback: settings.fetchLoopback,
    maxBytes: MAX_REQUEST_OBJECT,
    timeout: TIMEOUT,
    types: TYPES,
  }
  try {
    return (await fetchDocument(address, rules)).text.trim()
  } catch (error) {
    // What the address returns is reported only in the log.
    if (error instanceof FetchError) throw invalidUri('cannot be used', `the request_uri ${error.message}`)
    throw error
  }
}

/** Dynamic Client Registration 1.0, 2: a fragment is the hash of the content, for caches. */
function withoutFragment(uri: string): string {
  return uri.replace(/#.*$/s, '')
}

function invalidUri(problem: string, detail?: string): OAuthError {
  const options = detail === undefined ? {} : { detail }
  return new OAuthError('invalid_request_uri', `The 'request_uri' ${problem}.`, options)
}
