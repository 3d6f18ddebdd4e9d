import { generateClientId, generateClientSecret } from '../clients/credentials.ts'
import type { EndpointAnswer, EndpointRequest, Provider } from '../concepts.ts'
import { randomBytes, sha256Base64url, toHex } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import { networkBlock, throttleKey } from '../identity/throttle.ts'
import { tooMany } from '../refusals.ts'
import { settingsOf } from '../settings/settings.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { jktOf } from '../tokens/binding.ts'
import { accessTokenNameOf, readTokenReference } from '../tokens/reference.ts'
import { isForProvider } from '../tokens/verify.ts'
import { registrationAnswer, usesSecret } from './answer.ts'
import { readMetadata } from './metadata.ts'
import { invalidToken } from './refusals.ts'
import { REGISTRATION_SETTINGS } from './settings.ts'

/** The scope of an initial access token. */
const REGISTER_SCOPE = 'register'
/** Seconds in which the registrations of a network are counted. */
const WINDOW = 3600

/**
 * Registers a client (RFC 7591 3).
 * @throws {OAuthError} invalid_token: a required initial access token is missing; invalid_redirect_uri,
 *   invalid_client_metadata; temporarily_unavailable (429, Retry-After): too many from one network
 */
export async function register(
  { headers, json }: EndpointRequest,
  store: RegistrationStore,
  provider: Provider,
): Promise<EndpointAnswer> {
  const { registration, registrationLimit } = settingsOf(REGISTRATION_SETTINGS, provider)
  const actor = registration === 'token' ? await readInitialToken(headers, provider) : 'registration'
  const metadata = await readMetadata(json, { store, isTrusted: registration === 'token' }, provider)
  const secret = usesSecret(metadata) ? generateClientSecret() : null
  const tokenId = toHex(randomBytes(16))
  const outcome = await store.register(
    {
      clientId: generateClientId(),
      secretHash: secret === null ? null : await sha256Base64url(secret),
      metadata,
      tokenId,
      throttleKey: await throttleKey(`registration:${networkBlock(provider.request.network)}`, provider.keys),
      limit: registrationLimit,
      window: WINDOW,
    },
    { ...provider.request, actor },
  )
  if (outcome.kind === 'limited') {
    throw tooMany('Too many registrations. Try again later.', outcome.resetAt - provider.request.now)
  }
  return { body: await registrationAnswer(outcome.client, tokenId, secret, provider) }
}

/**
 * Reads who vouches for the client: a member of staff, or a client that acts for itself (RFC 7591 3).
 * @throws {OAuthError} invalid_token, insufficient_scope
 */
async function readInitialToken(headers: Headers, provider: Provider): Promise<string> {
  const [, token] = /^bearer +([\w.~+/-]+=*)$/i.exec(headers.get('Authorization') ?? '') ?? []
  const found = token === undefined ? null : await readTokenReference(token, provider)
  const name = found && accessTokenNameOf(found)
  const live = name && (await provider.store.readAccessToken(name, provider.request.now))
  // A bearer token is not enough if it is bound to a key.
  if (!live || jktOf(live.details) !== null || !isForProvider(live, provider)) throw invalidToken()
  const { clientId, scope, user } = live
  if (scope.split(' ').includes(REGISTER_SCOPE) && (user === null || user.isStaff)) {
    return user?.id ?? `client ${clientId}`
  }
  throw new OAuthError(
    'insufficient_scope',
    `The token must have the scope ${REGISTER_SCOPE}, and belong to a member of staff or to a client itself.`,
    {
      headers: {
        'WWW-Authenticate': `Bearer realm="oauth2", error="insufficient_scope", scope="${REGISTER_SCOPE}"`,
      },
    },
  )
}
