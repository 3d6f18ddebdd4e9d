import type { ClientAuthMethod } from './index.ts'

/** A public client, which has no secret and says only who it is (RFC 6749 3.2.1, RFC 7591 2). */
export const none: ClientAuthMethod = {
  async identify({ authorization, params }) {
    const clientId = params.get('client_id')
    if (clientId === undefined || authorization !== null || params.get('client_secret') !== undefined)
      return null
    return { method: 'none', clientId }
  },
}
