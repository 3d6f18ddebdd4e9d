import type { ClientAuthMethod, EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { FetchError } from '../outbound/fetch-json.ts'
import { invalidClient } from '../refusals.ts'
import { hasStrictJwts } from '../settings/profiles.ts'
import { settingsOf } from '../settings/settings.ts'
import type { ClientProof } from '../store/records.ts'
import { type AssertionClaims, readAssertion, type VerifiedAssertion, verifyAssertion } from './assertion.ts'
import { readClientKeys } from './client-keys.ts'
import { type KnownClient, PRIVATE_KEY_JWT, readKnownClient } from './known-clients.ts'
import { PRIVATE_KEY_JWT_SETTINGS } from './settings.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Seconds between two reads of the storage for a new key, if a client's known keys do not match a signature. */
const REREAD_AFTER = 5

/** What a request has proved, so that its assertion is verified only once although the request is examined more often. */
const identified = new WeakMap<EndpointRequest, Promise<ClientProof | null>>()

/** A JWT that the client signed, instead of a secret (RFC 7523 2.2, OpenID Connect Core 9). */
export const privateKeyJwtMethod: ClientAuthMethod = {
  async identify(request, provider) {
    const found = identified.get(request) ?? identify(request, provider)
    identified.set(request, found)
    return found
  },
}

async function identify({ params }: EndpointRequest, provider: Provider): Promise<ClientProof | null> {
  const assertion = params.get('client_assertion')
  const type = params.get('client_assertion_type')
  if (assertion === undefined && type === undefined) return null
  if (type !== ASSERTION_TYPE) throw invalidClient(`client_assertion_type is not ${ASSERTION_TYPE}`)
  if (assertion === undefined) throw invalidClient('there is no client_assertion')
  const claims = readAssertion(assertion, provider.settings.signatureAlgorithms)
  const { expiresAt, jtiHash } = await verify(assertion, claims, provider)
  const spend = { jtiHash, expiresAt, requestId: provider.request.id }
  return { method: 'verified', clientId: claims.clientId, authMethod: PRIVATE_KEY_JWT, spend }
}

/** Verifies with the known keys or, if that fails, with the client's current keys. */
async function verify(
  assertion: string,
  claims: AssertionClaims,
  provider: Provider,
): Promise<VerifiedAssertion> {
  const known = await readKnownClient(claims.clientId, provider)
  if (!known) throw invalidClient('the client is unknown, or does not authenticate with private_key_jwt')
  try {
    return await verifyBy(known, assertion, claims, provider)
  } catch (error) {
    const isOld = !known.isNew && provider.request.now - known.readAt >= REREAD_AFTER
    if (!isOld || !(error instanceof OAuthError)) throw error
    const anew = await readKnownClient(claims.clientId, provider, true)
    if (!anew) throw error
    return verifyBy(anew, assertion, claims, provider)
  }
}

async function verifyBy(
  { holder }: KnownClient,
  assertion: string,
  { clientId, kid }: AssertionClaims,
  provider: Provider,
): Promise<VerifiedAssertion> {
  const keys = await readClientKeys(holder, kid, provider).catch((error: unknown) => {
    if (error instanceof FetchError) throw invalidClient(`the jwks_uri of the client ${error.message}`)
    throw error
  })
  return verifyAssertion(assertion, keys, {
    clientId,
    audiences: audiencesOf(provider),
    isStrict: hasStrictJwts(provider.settings),
    algorithms: provider.settings.signatureAlgorithms,
    now: provider.request.now,
  })
}

function audiencesOf(provider: Provider): readonly string[] {
  const urls = { issuer: provider.issuer, token_endpoint: `${provider.origin}${provider.paths.oauth2}/token` }
  return settingsOf(PRIVATE_KEY_JWT_SETTINGS, provider).assertionAudiences.map((name) => urls[name])
}
