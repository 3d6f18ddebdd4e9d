import type { EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { settingsOf } from '../settings/settings.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { REGISTRATION_SETTINGS } from './settings.ts'

/**
 * Tells a client that is gone to register again, if it can, with 401 (RFC 6749 5.2 permits it, and programs such as Claude
 * expect it), while an existing client that fails to authenticate still gets 400. It is a client recovery that recovers
 * nothing.
 * @throws {OAuthError} invalid_client, 401: there is no client with this id
 */
export async function refuseGone(
  { headers, params }: EndpointRequest,
  store: RegistrationStore,
  provider: Provider,
): Promise<false> {
  const clientId = params.get('client_id')
  const isAnswered = headers.has('Authorization') || clientId === undefined
  if (isAnswered || settingsOf(REGISTRATION_SETTINGS, provider).registration === 'off') return false
  // A client that a document describes has nothing to register.
  if (provider.clientSources.some(({ clientIds }) => clientIds.test(clientId))) return false
  if (await store.isKnown(clientId)) return false
  const description = 'Client authentication failed.'
  throw new OAuthError('invalid_client', description, {
    status: 401,
    detail: 'The client is gone, and was told so with 401.',
    headers: {
      'WWW-Authenticate': `Basic realm="oauth2", error="invalid_client", error_description="${description}"`,
    },
  })
}
