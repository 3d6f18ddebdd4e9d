import type { Provider } from '../concepts.ts'
import { reachedLevels } from '../tokens/authentication-level.ts'
import { requestedAcr } from './claims-request.ts'
import { type ClaimRequests, matches, releaseClaims, type UserClaims } from './claims.ts'
import { hasScope, type OpenIdDetails, sessionIdFor } from './details.ts'
import type { IdTokenFacts } from './id-token.ts'
import { idTokenLifetime } from './settings.ts'

/** The level that every sign-in reaches, with one factor (ISO/IEC 29115 numbers the levels); features that reach others announce them. */
export const ACR_VALUES: readonly string[] = ['1']

/** A sign-in and what is issued for it. */
export interface Issued {
  readonly clientId: string
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly accessToken: string | null
  readonly code: string | null
  /** Null if the claims of the scopes are at UserInfo, as they are if an access token is issued (Core 5.4). */
  readonly claimsOfScope: string | null
}

/** Returns what the ID token of a sign-in says. */
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
    amr: details.amr,
    sessionId: sessionId === null ? null : await sessionIdFor(sessionId, clientId),
    accessToken,
    code,
    claims: releaseClaims(user, claimsOfScope?.split(' ') ?? [], details.claims.idToken),
  }
}

/** Returns whether the user must be read for the ID token, because claims are requested in it. */
export function needsUser(claimsOfScope: string | null, idToken: ClaimRequests): boolean {
  const scopes = ['profile', 'email', 'address', 'phone']
  return (
    scopes.some((scope) => hasScope(claimsOfScope, scope)) ||
    [...idToken.keys()].some((name) => name !== 'acr')
  )
}

/**
 * Returns the level that was reached, if the client asks for it (Core 2, 5.5.1.1): the first reached of the levels that it
 * names, else the strongest, unless it insists on others.
 */
function acrFor({ acr, amr, claims }: OpenIdDetails): string | null {
  const asked = requestedAcr(claims)
  if (acr.length === 0 && asked === null) return null
  const reached = reachedLevels(amr)
  const named = [...(asked?.values ?? []), ...acr].map(String).find((level) => reached.includes(level))
  if (named !== undefined) return named
  return reached.find((level) => asked === null || matches(level, asked)) ?? null
}
