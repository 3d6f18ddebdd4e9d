import type { ClientAuthMethod } from '../../concepts.ts'
import { sha256Base64url } from '../../crypto/bytes.ts'

/** The client's id and secret as parameters of the body (RFC 6749 2.3.1). */
export const clientSecretPost: ClientAuthMethod = {
  async identify({ params }) {
    const clientId = params.get('client_id')
    const secret = params.get('client_secret')
    if (clientId === undefined || secret === undefined) return null
    return { method: 'secret', clientId, secretHash: await sha256Base64url(secret) }
  },
}
