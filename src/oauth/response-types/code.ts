import type { ResponseType } from '../../concepts.ts'
import { sortableId } from '../../crypto/bytes.ts'
import { mintCode } from '../../tokens/opaque.ts'

/**
 * An authorization code (RFC 6749 4.1.2): stored in KV, spent in D1. It does not wait for its consent to be saved, as it is
 * useless without it.
 */
export const code: ResponseType = {
  defaultMode: 'query',
  grantType: 'authorization_code',
  usesPkce: true,
  async answer({ client, codeChallenge, target }, { consentId, details, scope, session }, _, provider) {
    const { request, settings, store } = provider
    const id = sortableId()
    await store.putCode(
      id,
      {
        clientId: client.clientId,
        userId: session.user.id,
        sessionId: session.id,
        consentId,
        scope,
        redirectUri: target.uri,
        redirectUriGiven: target.given,
        codeChallenge,
        details,
        authTime: session.authTime,
        expiresAt: request.now + settings.expireCodeDelta,
      },
      settings.expireCodeDelta,
    )
    return { code: await mintCode(id, provider.keys) }
  },
}
