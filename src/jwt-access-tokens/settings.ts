import { lifetime, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Signatures of access tokens. */
export type AccessTokenAlgorithm = 'ES256' | 'RS256'

const algorithm: Row<AccessTokenAlgorithm> = {
  unit: 'name',
  expected: '"ES256" or "RS256"',
  parse: (value) => (value === 'ES256' || value === 'RS256' ? value : undefined),
}

/** The feature's settings. */
export const JWT_SETTINGS = {
  /**
   * Signature algorithm of JWT access tokens (RFC 9068 2.1). ES256 takes a tenth of the CPU and of the length; RS256
   * is for APIs that support nothing else.
   */
  jwtAlgorithm: setting('OAUTH_JWT_ALGORITHM', 'ES256', algorithm),
  /**
   * Maximum lifetime of a JWT access token, unless its resource or client sets another. An API that only verifies the
   * JWT does not learn that it was revoked.
   */
  expireJwtDelta: setting('OAUTH_EXPIRE_JWT_DELTA', 3600, lifetime),
} satisfies Readonly<Record<string, Setting<unknown>>>
