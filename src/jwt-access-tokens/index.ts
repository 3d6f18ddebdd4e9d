import type { Feature } from '../concepts.ts'
import { type AccessTokenClaims, jwtFormat } from './format.ts'
import { JWT_SETTINGS } from './settings.ts'

/** Options of the feature; its variables set the rest. */
export interface JwtAccessTokenOptions {
  readonly jwtAlgorithm?: 'ES256' | 'RS256'
  readonly expireJwtDelta?: number
  /** Further claims, such as roles. */
  readonly accessTokenClaims?: AccessTokenClaims
}

/**
 * The feature that issues access tokens as JWTs (RFC 9068), for the resources and the clients that want them. It uses the
 * keys of OpenID Connect, whose feature is required.
 * @example
 * const provider = createProvider({ features: [pages(), openid(), resources(), jwtAccessTokens()] })
 */
export function jwtAccessTokens({ accessTokenClaims, ...given }: JwtAccessTokenOptions = {}): Feature {
  return {
    name: 'jwt-access-tokens',
    settings: { rows: JWT_SETTINGS, given },
    tokenFormats: [jwtFormat(accessTokenClaims ?? null)],
  }
}
