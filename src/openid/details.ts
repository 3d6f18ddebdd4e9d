import * as v from 'valibot'
import { readMember } from '../clients/member.ts'
import { openidMembers } from '../clients/members/openid.ts'
import type { GrantDetailsReader, Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import type { Client, GrantDetails } from '../store/records.ts'
import type { SigningAlgorithm } from '../store/signing-keys.ts'
import { type ClaimsRequest, parseClaimsRequest } from './claims-request.ts'
import type { OpenId } from './open-id.ts'
import { subjectOf } from './subject.ts'

/** The scope that asks for OpenID Connect (Core 3.1.2.1). */
export const OPENID = 'openid'

/** Tells whether a scope has one name. */
export function hasScope(scope: string | null | undefined, name: string): boolean {
  return scope?.split(' ').includes(name) ?? false
}

/** What a grant keeps for its ID tokens and for UserInfo, so that neither asks for the client again. */
export interface OpenIdDetails {
  /** What the client knows the user by. */
  readonly subject: string
  /** How the client wants its ID tokens signed. */
  readonly algorithm: SigningAlgorithm
  readonly nonce: string | null
  readonly acr: readonly string[]
  readonly claims: ClaimsRequest
}

const schema = v.object({
  openid: v.object({ sub: v.string(), alg: v.picklist(['RS256', 'ES256', 'EdDSA']) }),
  claims: v.optional(
    v.object({
      nonce: v.optional(v.string()),
      acr_values: v.optional(v.string()),
      claims: v.optional(v.string()),
    }),
    {},
  ),
})

/** Reads what a grant keeps; null of a grant that did not come from an authorization request for OpenID Connect. */
export function openIdDetails(details: GrantDetails | null): OpenIdDetails | null {
  const parsed = v.safeParse(schema, details)
  if (!parsed.success) return null
  const { claims, openid } = parsed.output
  return {
    subject: openid.sub,
    algorithm: openid.alg,
    nonce: claims.nonce ?? null,
    acr: claims.acr_values?.split(' ').filter(Boolean) ?? [],
    claims: parseClaimsRequest(claims.claims),
  }
}

/** What a client knows a user by (OpenID Connect Core 8). */
export async function subjectFor(
  userId: string,
  client: Pick<Client, 'metadata' | 'redirectUris' | 'type'>,
  openId: OpenId,
  provider: Provider,
): Promise<string> {
  const rule = {
    subjectType: readMember(client, openidMembers.subjectType),
    sectorIdentifierUri: readMember(client, openidMembers.sectorIdentifierUri),
    redirectUris: client.redirectUris,
  }
  return subjectOf(userId, rule, rule.subjectType === 'pairwise' ? await openId.pairwiseSalt(provider) : '')
}

/** What the grant of an approved request keeps. */
export function readOpenIdDetails(openId: OpenId): GrantDetailsReader {
  return async ({ client, scope }, { user }, provider) =>
    hasScope(scope, OPENID)
      ? {
          openid: {
            sub: await subjectFor(user.id, client, openId, provider),
            alg: readMember(client, openidMembers.idTokenSignedResponseAlg),
          },
        }
      : {}
}

/**
 * The session as a client knows it (OpenID Connect Back-Channel Logout 2.1): another name for each client, and none that opens
 * the session.
 */
export async function sessionIdFor(sessionId: string, clientId: string): Promise<string> {
  return sha256Base64url(`sid\n${sessionId}\n${clientId}`)
}
