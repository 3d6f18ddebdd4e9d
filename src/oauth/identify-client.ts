import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { ClientProof } from '../store/records.ts'
import type { EndpointRequest } from './endpoint-request.ts'
import { invalidClient } from './invalid-client.ts'

/** A client that said who it is, and how a refusal must be put to it. */
export interface ClientIdentity {
  readonly proof: ClientProof
  /** It used the Authorization header, so a refusal is 401 with a challenge (RFC 6749 5.2). */
  readonly usedHeader: boolean
}

/**
 * Finds out which client sends a request, by exactly one method.
 * @throws {OAuthError} invalid_request: more than one method (RFC 6749 2.3); invalid_client: none, or one used wrongly
 */
export async function identifyClient(request: EndpointRequest, provider: Provider): Promise<ClientIdentity> {
  const usedHeader = request.authorization !== null
  const methods = Object.values(provider.clientAuthMethods)
  const proofs = await Promise.all(methods.map((method) => method.identify(request)))
  const [proof, ...others] = proofs.filter((found) => found !== null)
  // A secret beside the header is a second way, though it names no client.
  if (others.length > 0 || (usedHeader && request.params.get('client_secret') !== undefined)) {
    throw new OAuthError('invalid_request', 'The client must use one way to authenticate, not several.')
  }
  if (!proof) throw invalidClient(usedHeader)
  const named = request.params.get('client_id')
  if (named !== undefined && named !== proof.clientId) {
    throw new OAuthError('invalid_request', 'The client_id is not that of the Authorization header.')
  }
  return { proof, usedHeader }
}
