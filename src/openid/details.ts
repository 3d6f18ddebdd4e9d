import * as v from 'valibot'
import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { GrantDetailsReader, Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import type { GrantDetails, SubjectClient } from '../store/records.ts'
import type { SigningAlgorithm } from '../store/signing-keys.ts'
import { amrOf } from '../tokens/authentication-level.ts'
import { type ClaimsRequest, parseClaimsRequest } from './claims-request.ts'
import { type OpenId, signedAs } from './open-id.ts'
import { subjectOf } from './subject.ts'

/** The scope that requests OpenID Connect (Core 3.1.2.1). */
export const OPENID = 'openid'

/** Returns whether a scope contains a name. */
export function hasScope(scope: string | null | undefined, name: string): boolean {
  return scope?.split(' ').includes(name) ?? false
}

/** What a grant keeps for its ID tokens and for UserInfo, so that neither needs to read the client. */
export interface OpenIdDetails {
  /** The identifier by which the client knows the user. */
  readonly subject: string
  /** How the client wants its ID tokens signed. */
  readonly algorithm: SigningAlgorithm
  readonly nonce: string | null
  /** Levels of authentication that the request names, best first. */
  readonly acr: readonly string[]
  /** How the user was authenticated, by the names of RFC 8176. */
  readonly amr: readonly string[]
  readonly claims: ClaimsRequest
}

const schema = v.object({
  openid: v.object({
    sub: v.string(),
    alg: v.picklist(['RS256', 'ES256', 'EdDSA']),
  }),
  claims: v.optional(
    v.object({
      nonce: v.optional(v.string()),
      acr_values: v.optional(v.string()),
      claims: v.optional(v.string()),
    }),
    {},
  ),
})

/** Reads what a grant keeps; null for a grant that was not created by an authorization request for OpenID Connect. */
export function openIdDetails(details: GrantDetails | null): OpenIdDetails | null {
  const parsed = v.safeParse(schema, details)
  if (!parsed.success) return null
  const { claims, openid } = parsed.output
  return {
    subject: openid.sub,
    algorithm: openid.alg,
    nonce: claims.nonce ?? null,
    acr: claims.acr_values?.split(' ').filter(Boolean) ?? [],
    amr: amrOf(details),
    claims: parseClaimsRequest(claims.claims),
  }
}

/** Returns the identifier by which a client knows a user (OpenID Connect Core 8). */
export async function subjectFor(
  userId: string,
  client: SubjectClient,
  openId: OpenId,
  provider: Provider,
): Promise<string> {
  const rule = {
    clientId: client.clientId,
    subjectType: readMember(client, openidMembers.subjectType),
    sectorIdentifierUri: readMember(client, openidMembers.sectorIdentifierUri),
    redirectUris: client.redirectUris,
  }
  return subjectOf(userId, rule, rule.subjectType === 'pairwise' ? await openId.pairwiseSalt(provider) : '')
}

/**
 * Reads what the grant of an approved request keeps: without the scope `openid` only a pairwise subject, for access tokens
 * that name one.
 */
export function readOpenIdDetails(openId: OpenId): GrantDetailsReader {
  return async ({ client, scope }, { user }, provider) => {
    const sub = await subjectFor(user.id, client, openId, provider)
    if (!hasScope(scope, OPENID)) return sub === user.id ? {} : { sub }
    const alg = signedAs(readMember(client, openidMembers.idTokenSignedResponseAlg), provider)
    return { openid: { sub, alg } }
  }
}

/**
 * Returns the session id that a client sees (OpenID Connect Back-Channel Logout 2.1): different for each client, and useless
 * for opening the session.
 */
export async function sessionIdFor(sessionId: string, clientId: string): Promise<string> {
  return sha256Base64url(`sid\n${sessionId}\n${clientId}`)
}
