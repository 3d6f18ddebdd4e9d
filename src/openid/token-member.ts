import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { Issuing, Provider, TokenMember } from '../concepts.ts'
import type { IssuedTokens } from '../store/records.ts'
import { amrOf, authTimeOf } from '../tokens/authentication-level.ts'
import { hasScope, OPENID, type OpenIdDetails, openIdDetails, subjectFor } from './details.ts'
import { idTokenFacts, needsUser } from './id-token-facts.ts'
import { signIdToken } from './id-token.ts'
import { type OpenId, signedAs } from './open-id.ts'
import { toUserClaims } from './user-claims.ts'

/**
 * The ID token of a token response (OpenID Connect Core 3.1.3.3, 12.2). It adds no round trip: its content comes with the
 * grant, and the keys are in memory. If no key is available, it fails before anything is spent.
 */
export function idTokenMember(openId: OpenId): TokenMember {
  return async ({ issue, issuing }, provider) => {
    // The front channel has its own part for it.
    if (!issuing.authenticateClient) return async () => ({})
    if (hasScope(issue.scope, OPENID)) await openId.publishedKeys(provider)
    return async (issued, accessToken) => {
      const { userId } = issued
      if (userId === null || !hasScope(issued.scope, OPENID)) return {}
      return { id_token: await makeIdToken({ ...issued, userId }, accessToken, issuing, openId, provider) }
    }
  }
}

async function makeIdToken(
  issued: IssuedTokens & { readonly userId: string },
  accessToken: string,
  issuing: Issuing,
  openId: OpenId,
  provider: Provider,
): Promise<string> {
  const details =
    openIdDetails(issued.details) ?? (await detailsWithoutRequest(issued, issuing, openId, provider))
  const [key, person] = await Promise.all([
    openId.signingKey(details.algorithm, provider),
    needsUser(null, details.claims.idToken)
      ? (issued.person ?? openId.store(provider).readPerson(issued.userId))
      : null,
  ])
  const facts = await idTokenFacts(
    {
      clientId: issued.clientId,
      authTime: authTimeOf(issued),
      sessionId: issued.sessionId,
      accessToken,
      code: null,
      claimsOfScope: null,
    },
    details,
    person ? toUserClaims(person) : {},
    provider,
  )
  return signIdToken(facts, key)
}

/** Reads the details of a grant that no authorization request created, such as a password grant, from the client. */
async function detailsWithoutRequest(
  { client: known, details, userId }: Pick<IssuedTokens, 'client' | 'details'> & { readonly userId: string },
  { authenticateClient }: Issuing,
  openId: OpenId,
  provider: Provider,
): Promise<OpenIdDetails> {
  const client = known ?? (await authenticateClient?.())
  if (!client) throw new TypeError('Tokens at the token endpoint must be issued to a client.')
  return {
    subject: await subjectFor(userId, client, openId, provider),
    algorithm: signedAs(readMember(client, openidMembers.idTokenSignedResponseAlg), provider),
    nonce: null,
    acr: [],
    amr: amrOf(details),
    claims: { userinfo: new Map(), idToken: new Map() },
  }
}
