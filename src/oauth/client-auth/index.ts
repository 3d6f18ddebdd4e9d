import type { ClientProof } from '../../store/records.ts'
import type { EndpointRequest } from '../endpoint-request.ts'
import { clientSecretBasic } from './client-secret-basic.ts'
import { clientSecretPost } from './client-secret-post.ts'
import { none } from './none.ts'

/** A way in which clients authenticate at the token endpoint (RFC 6749 2.3), under its registered name. */
export interface ClientAuthMethod {
  /**
   * Reads what the client presented; believes nothing of it.
   * @returns the proof, or null where the client did not use this method
   * @throws {OAuthError} invalid_client: it used the method, wrongly
   */
  identify(request: EndpointRequest): Promise<ClientProof | null>
}

/** The methods of RFC 6749 2.3 under the names of RFC 7591 2. */
export const clientAuthMethods: Readonly<Record<string, ClientAuthMethod>> = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
  none,
}
