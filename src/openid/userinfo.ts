import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { Endpoint, EndpointAnswer, EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { jktOf } from '../tokens/binding.ts'
import { accessTokenNameOf, readTokenReference } from '../tokens/reference.ts'
import { releaseClaims } from './claims.ts'
import { hasScope, OPENID, openIdDetails, subjectFor } from './details.ts'
import { signJwt } from './jwt.ts'
import { type OpenId, signedAs } from './open-id.ts'
import { toUserClaims } from './user-claims.ts'

/** UserInfo (OpenID Connect Core 5.3), with GET and POST. Takes one round trip. */
export function userInfoEndpoints(openId: OpenId): readonly Endpoint[] {
  const row = {
    at: 'oauth2',
    path: '/userinfo',
    caller: 'bearer',
    cors: true,
    summary: 'UserInfo (OpenID Connect Core 5.3)',
    response: { type: 'object', required: ['sub'], properties: { sub: { type: 'string' } } },
    answer: (request: EndpointRequest, provider: Provider) => answer(request, openId, provider),
  } as const
  return [
    { ...row, method: 'GET', body: 'none', metadata: 'userinfo_endpoint' },
    {
      ...row,
      method: 'POST',
      body: 'optional form',
      tokenInForm: true,
      parameters: { access_token: 'Unless in the Authorization header (RFC 6750 2.2)' },
    },
  ]
}

async function answer(request: EndpointRequest, openId: OpenId, provider: Provider): Promise<EndpointAnswer> {
  const reference = await readTokenReference(request.bearer, provider)
  const name = reference && accessTokenNameOf(reference)
  const found = name && (await openId.store(provider).readUserInfo(name, provider.request.now))
  if (!found || jktOf(found.details) !== request.jkt)
    throw new OAuthError('invalid_token', 'The access token is invalid, expired or revoked.')
  const { client, person, scope } = found
  if (!hasScope(scope, OPENID)) {
    throw new OAuthError('insufficient_scope', "The access token lacks the scope 'openid'.")
  }
  const details = openIdDetails(found.details)
  const sub = details?.subject ?? (await subjectFor(person.id, client, openId, provider))
  const claims = {
    ...releaseClaims(toUserClaims(person), scope.split(' '), details?.claims.userinfo),
    sub,
  }
  const algorithm = readMember(client, openidMembers.userinfoSignedResponseAlg)
  if (algorithm === null) return { body: claims }
  const signed = { ...claims, iss: provider.issuer, aud: client.clientId }
  return {
    body: await signJwt(signed, await openId.signingKey(signedAs(algorithm, provider), provider)),
    headers: { 'Content-Type': 'application/jwt' },
  }
}
