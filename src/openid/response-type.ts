import type { ResponseType } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { authenticatedAt } from '../identity/fresh-sign-in.ts'
import { hasScope, OPENID, openIdDetails } from './details.ts'
import { idTokenFacts, needsUser } from './id-token-facts.ts'
import { signIdToken } from './id-token.ts'
import type { OpenId } from './open-id.ts'
import { toUserClaims } from './user-claims.ts'

/**
 * An ID token at once (OpenID Connect Core 3.2, 3.3), with the hashes of what is issued with it. It contains the claims of
 * the scopes only if no access token is issued, now or for the code.
 */
export function idTokenPart(openId: OpenId): ResponseType {
  return {
    defaultMode: 'fragment',
    grantType: 'implicit',
    usesPkce: false,
    async answer({ client }, { consentSaved, details, scope, session }, before, provider) {
      const kept = openIdDetails(details)
      if (!hasScope(scope, OPENID)) throw new OAuthError('access_denied', 'The user denied the request.')
      if (!kept) throw new TypeError('A request for an ID token must keep its details.')
      const alone = before['code'] === undefined && before['access_token'] === undefined
      const claimsOfScope = alone ? scope : null
      const [key, person] = await Promise.all([
        openId.signingKey(kept.algorithm, provider),
        needsUser(claimsOfScope, kept.claims.idToken)
          ? openId.store(provider).readPerson(session.user.id)
          : Promise.resolve(null),
        // Nothing about the user is released before the consent is saved.
        consentSaved,
      ])
      const issued = {
        clientId: client.clientId,
        authTime: authenticatedAt(session),
        sessionId: session.id,
        accessToken: before['access_token'] ?? null,
        code: before['code'] ?? null,
        claimsOfScope,
      }
      const facts = await idTokenFacts(issued, kept, person ? toUserClaims(person) : {}, provider)
      return { id_token: await signIdToken(facts, key) }
    },
  }
}
