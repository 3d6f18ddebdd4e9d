import type { ResponseType } from '../../concepts.ts'
import { issueTokens } from '../../tokens/issue.ts'

/** An access token at once (RFC 6749 4.2.2), never with a refresh token. The redirect URI is all that identifies the client. */
export const token: ResponseType = {
  defaultMode: 'fragment',
  grantType: 'implicit',
  usesPkce: false,
  async answer({ client, target }, { consentId, consentSaved, details, scope, session }, _, provider) {
    // The commit requires a valid consent.
    await consentSaved
    const proof = { method: 'redirect', clientId: client.clientId, redirectUri: target.registered } as const
    const issued = await issueTokens(
      { grantType: 'implicit', proof },
      {
        userId: session.user.id,
        authTime: session.authTime,
        sessionId: session.id,
        details,
        scope,
        refreshTokenFor: [],
        approval: { sessionId: session.id, consentId },
      },
      provider,
    )
    const { access_token, expires_in, token_type } = issued
    return { access_token, token_type, expires_in: String(expires_in), scope: issued.scope }
  },
}
