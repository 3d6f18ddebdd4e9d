/** The address claim (OpenID Connect Core 5.1.1). */
export interface AddressClaim {
  readonly formatted?: string
  readonly street_address?: string
  readonly locality?: string
  readonly region?: string
  readonly postal_code?: string
  readonly country?: string
}

/** What is known of a user, by the names and types of OpenID Connect Core 5.1; what is not known is left out. */
export interface UserClaims {
  readonly name?: string
  readonly family_name?: string
  readonly given_name?: string
  readonly middle_name?: string
  readonly nickname?: string
  readonly preferred_username?: string
  readonly profile?: string
  readonly picture?: string
  readonly website?: string
  readonly gender?: string
  /** `YYYY-MM-DD`; the year is `0000` where it is not told. */
  readonly birthdate?: string
  readonly zoneinfo?: string
  readonly locale?: string
  /** Seconds since 1970. */
  readonly updated_at?: number
  readonly email?: string
  /** True only where it was proved. */
  readonly email_verified?: boolean
  readonly address?: AddressClaim
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
}

/** The scopes that stand for claims (OpenID Connect Core 5.4). */
export type ClaimScope = 'profile' | 'email' | 'address' | 'phone'

/** The scope that each claim comes with: every claim of a user that can be asked for (OpenID Connect Core 5.1, 5.4). */
export const CLAIM_SCOPES = {
  name: 'profile',
  family_name: 'profile',
  given_name: 'profile',
  middle_name: 'profile',
  nickname: 'profile',
  preferred_username: 'profile',
  profile: 'profile',
  picture: 'profile',
  website: 'profile',
  gender: 'profile',
  birthdate: 'profile',
  zoneinfo: 'profile',
  locale: 'profile',
  updated_at: 'profile',
  email: 'email',
  email_verified: 'email',
  address: 'address',
  phone_number: 'phone',
  phone_number_verified: 'phone',
} as const satisfies Readonly<Record<keyof UserClaims, ClaimScope>>

/** Names of claims that discovery announces (`claims_supported`): those of a user, and those of an ID token. */
export const CLAIMS_SUPPORTED: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'azp',
  'at_hash',
  'c_hash',
  'sid',
  ...Object.keys(CLAIM_SCOPES),
]

/** How one claim is asked for (OpenID Connect Core 5.5.1). */
export interface ClaimRequest {
  readonly essential: boolean
  /** Values of which one is wanted; null for any. */
  readonly values: readonly unknown[] | null
}

/** The claims of one place, by name. */
export type ClaimRequests = ReadonlyMap<string, ClaimRequest>

/**
 * Chooses the claims of a user that are released at one place (OpenID Connect Core 5.4, 5.5).
 * @param scopes granted scopes whose claims belong here: all at UserInfo; in an ID token none, unless no access token is issued
 * @param requests what the `claims` parameter asks for at this place, with consent
 */
export function releaseClaims(
  user: UserClaims,
  scopes: readonly string[],
  requests: ClaimRequests = new Map(),
): Readonly<Record<string, unknown>> {
  const known = new Map<string, unknown>(Object.entries(user))
  const released: Record<string, unknown> = {}
  for (const [name, scope] of Object.entries(CLAIM_SCOPES)) {
    const value = known.get(name)
    const request = requests.get(name)
    if (value === undefined || value === null || !(scopes.includes(scope) || request)) continue
    // A value that was asked for is confirmed or left out; one that a scope releases anyway is told as it is.
    if (scopes.includes(scope) || !request || matches(value, request)) released[name] = value
  }
  return released
}

/** The scopes whose consent covers what is asked for by name: a user who is asked for a claim must have been told of it. */
export function scopesOfRequests(...requests: readonly ClaimRequests[]): readonly ClaimScope[] {
  const names = requests.flatMap((asked) => [...asked.keys()])
  const scopes = Object.entries(CLAIM_SCOPES).flatMap(([name, scope]) =>
    names.includes(name) ? [scope] : [],
  )
  return [...new Set(scopes)]
}

/** Tells whether a value is one of those that were asked for. */
export function matches(value: unknown, { values }: ClaimRequest): boolean {
  const text = JSON.stringify(value)
  return values === null || values.some((wanted) => JSON.stringify(wanted) === text)
}
