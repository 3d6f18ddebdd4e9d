import { randomId } from '../../crypto/bytes.ts'
import { mintToken } from '../../tokens/opaque.ts'
import type { ResponseType } from './index.ts'

/** An authorization code (RFC 6749 4.1.2): kept in KV, spent in D1. */
export const code: ResponseType = {
  defaultMode: 'query',
  grantType: 'authorization_code',
  usesPkce: true,
  async answer({ client, codeChallenge, target }, { consent, consentId, scope, session }, provider) {
    const { request, settings, store } = provider
    const id = randomId()
    const put = store.putCode(
      id,
      {
        clientId: client.clientId,
        userId: session.user.id,
        consentId,
        scope,
        redirectUri: target.uri,
        redirectUriGiven: target.given,
        codeChallenge,
        authTime: session.authTime,
        expiresAt: request.now + settings.expireCodeDelta,
      },
      settings.expireCodeDelta,
    )
    // Both at once: without its consent the code is worth nothing.
    await Promise.all([put, consent && store.saveConsent(consent, session.id, request)])
    return { code: await mintToken('ac', id, provider.keys) }
  },
}
