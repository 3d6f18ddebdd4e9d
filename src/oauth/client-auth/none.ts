import type { ClientAuthMethod } from '../../concepts.ts'

/** A public client, which has no secret and says only who it is (RFC 6749 3.2.1, RFC 7591 2). */
export const none: ClientAuthMethod = {
  async identify({ headers, params }) {
    const clientId = params.get('client_id')
    const others = headers.has('Authorization') || params.get('client_secret') !== undefined
    if (clientId === undefined || others || params.get('client_assertion') !== undefined) return null
    return { method: 'none', clientId }
  },
}
