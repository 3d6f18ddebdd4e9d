import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { EndpointRequest } from './endpoint-request.ts'
import { identifyClient } from './identify-client.ts'
import { invalidClient } from './invalid-client.ts'
import { tellRefusal } from './tell-refusal.ts'
import { readTokenReference } from './token-reference.ts'

/**
 * Revokes a token (RFC 7009). An unknown token and another client's get the same answer as one's own, and the latter lives.
 * @throws {OAuthError} invalid_client; invalid_request: no token
 */
export async function revocationEndpoint(
  request: EndpointRequest,
  provider: Provider,
): Promise<Record<string, never>> {
  return tellRefusal(
    request,
    provider,
    (refused) => ({ type: 'revocation_refused', ...refused }),
    async () => revoke(request, provider),
  )
}

async function revoke(request: EndpointRequest, provider: Provider): Promise<Record<string, never>> {
  const { proof, usedHeader } = await identifyClient(request, provider)
  const { store, settings } = provider
  const token = request.params.get('token')
  const reference = token === undefined ? null : await readTokenReference(token, provider)
  const authenticated = reference
    ? await store.revokeToken(proof, reference, settings.deleteExpired, provider.request)
    : (await store.readClient(proof, provider.request.now)) !== null
  if (!authenticated) throw invalidClient(usedHeader)
  if (token === undefined) throw new OAuthError('invalid_request', "No 'token' included in the request.")
  provider.emit({ type: 'token_revoked', clientId: proof.clientId })
  return {}
}
