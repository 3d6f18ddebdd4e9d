import type { EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { invalidClient } from '../refusals.ts'
import type { ClientProof } from '../store/records.ts'

/**
 * Finds out which client sends a request, by exactly one method.
 * @returns what it presented, not yet believed
 * @throws {OAuthError} invalid_request: more than one method (RFC 6749 2.3); invalid_client: none, or one used wrongly
 */
export async function identifyClient(request: EndpointRequest, provider: Provider): Promise<ClientProof> {
  const methods = Object.values(provider.clientAuthMethods)
  const proofs = await Promise.all(methods.map((method) => method.identify(request, provider)))
  const [proof, ...others] = proofs.filter((found) => found !== null)
  // A secret beside the header is a second way, though it names no client.
  const secretBeside =
    request.headers.has('Authorization') && request.params.get('client_secret') !== undefined
  if (others.length > 0 || secretBeside) {
    throw new OAuthError('invalid_request', 'The client must use one way to authenticate, not several.', {
      reason: 'several_client_authentications',
    })
  }
  if (!proof) throw invalidClient()
  const named = request.params.get('client_id')
  if (named !== undefined && named !== proof.clientId) {
    throw new OAuthError('invalid_request', 'The client_id is not that of the Authorization header.', {
      reason: 'client_id_mismatch',
    })
  }
  for (const prepare of provider.clientSources) await prepare(proof.clientId, provider)
  return proof
}
