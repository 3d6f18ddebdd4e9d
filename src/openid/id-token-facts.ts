import type { Provider } from '../concepts.ts'
import { requestedAcr } from './claims-request.ts'
import { type ClaimRequests, matches, releaseClaims, type UserClaims } from './claims.ts'
import { hasScope, type OpenIdDetails, sessionIdFor } from './details.ts'
import type { IdTokenFacts } from './id-token.ts'
import { idTokenLifetime } from './settings.ts'

/** How users are authenticated: by what only they know (ISO/IEC 29115 names the levels by numbers). */
export const ACR_VALUES: readonly string[] = ['1']

/** A sign-in and what is issued for it. */
export interface Issued {
  readonly clientId: string
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly accessToken: string | null
  readonly code: string | null
  /** Null if the claims of the scopes are at UserInfo, as they are where an access token is issued (Core 5.4). */
  readonly claimsOfScope: string | null
}

/** What the ID token of a sign-in says. */
export async function idTokenFacts(
  { accessToken, authTime, claimsOfScope, clientId, code, sessionId }: Issued,
  details: OpenIdDetails,
  user: UserClaims,
  provider: Provider,
): Promise<IdTokenFacts> {
  return {
    issuer: provider.issuer,
    subject: details.subject,
    clientId,
    now: provider.request.now,
    lifetime: idTokenLifetime(provider),
    authTime,
    nonce: details.nonce,
    acr: acrFor(details),
    amr: ['pwd'],
    sessionId: sessionId === null ? null : await sessionIdFor(sessionId, clientId),
    accessToken,
    code,
    claims: releaseClaims(user, claimsOfScope?.split(' ') ?? [], details.claims.idToken),
  }
}

/** Tells whether the ID token needs to know the user: claims are asked for that belong into it. */
export function needsUser(claimsOfScope: string | null, idToken: ClaimRequests): boolean {
  const scopes = ['profile', 'email', 'address', 'phone']
  return (
    scopes.some((scope) => hasScope(claimsOfScope, scope)) ||
    [...idToken.keys()].some((name) => name !== 'acr')
  )
}

/** The level that was reached, which is the same for everybody; said where the client asks how it was (Core 2, 5.5.1.1). */
function acrFor({ acr, claims }: OpenIdDetails): string | null {
  const asked = requestedAcr(claims)
  const [reached = ''] = ACR_VALUES
  if (acr.length === 0 && asked === null) return null
  return asked === null || matches(reached, asked) || acr.includes(reached) ? reached : null
}
