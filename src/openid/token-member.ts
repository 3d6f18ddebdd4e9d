import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { Issuing, Provider, TokenMember } from '../concepts.ts'
import type { IssuedTokens } from '../store/records.ts'
import { mintToken } from '../tokens/opaque.ts'
import { hasScope, OPENID, type OpenIdDetails, openIdDetails, subjectFor } from './details.ts'
import { idTokenFacts, needsUser } from './id-token-facts.ts'
import { signIdToken } from './id-token.ts'
import type { OpenId } from './open-id.ts'
import { toUserClaims } from './user-claims.ts'

/**
 * The ID token of a token response (OpenID Connect Core 3.1.3.3, 12.2). It adds no round trip: what it says is in the grant,
 * and the keys are in memory. A key that cannot be had fails before anything is spent.
 */
export function idTokenMember(openId: OpenId): TokenMember {
  return async ({ issue, issuing }, provider) => {
    // The front channel has a part of its own for it.
    if (!issuing.authenticateClient) return async () => ({})
    if (hasScope(issue.scope, OPENID)) await openId.publishedKeys(provider)
    return async (issued) => {
      const { userId } = issued
      if (userId === null || !hasScope(issued.scope, OPENID)) return {}
      return { id_token: await makeIdToken({ ...issued, userId }, issuing, openId, provider) }
    }
  }
}

async function makeIdToken(
  issued: IssuedTokens & { readonly userId: string },
  issuing: Issuing,
  openId: OpenId,
  provider: Provider,
): Promise<string> {
  const details =
    openIdDetails(issued.details) ?? (await detailsWithoutRequest(issued.userId, issuing, openId, provider))
  const [key, person] = await Promise.all([
    openId.signingKey(details.algorithm, provider),
    needsUser(null, details.claims.idToken) ? openId.store(provider).readPerson(issued.userId) : null,
  ])
  const facts = await idTokenFacts(
    {
      clientId: issued.clientId,
      authTime: issued.authTime,
      sessionId: issued.sessionId,
      accessToken: await mintToken('at', issued.token, provider.keys),
      code: null,
      claimsOfScope: null,
    },
    details,
    person ? toUserClaims(person) : {},
    provider,
  )
  return signIdToken(facts, key)
}

/** What a grant needs that did not come from an authorization request, such as that of a password: the client says it. */
async function detailsWithoutRequest(
  userId: string,
  { authenticateClient }: Issuing,
  openId: OpenId,
  provider: Provider,
): Promise<OpenIdDetails> {
  const client = await authenticateClient?.()
  if (!client) throw new TypeError('Tokens of the token endpoint are issued to a client.')
  return {
    subject: await subjectFor(userId, client, openId, provider),
    algorithm: readMember(client, openidMembers.idTokenSignedResponseAlg),
    nonce: null,
    acr: [],
    claims: { userinfo: new Map(), idToken: new Map() },
  }
}
