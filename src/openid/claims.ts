/** The address claim (OpenID Connect Core 5.1.1). */
export interface AddressClaim {
  readonly formatted?: string
  readonly street_address?: string
  readonly locality?: string
  readonly region?: string
  readonly postal_code?: string
  readonly country?: string
}

/** What is known about a user, by the names and types of OpenID Connect Core 5.1; unknown claims are omitted. */
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
  /** `YYYY-MM-DD`; the year is `0000` if it is not disclosed. */
  readonly birthdate?: string
  readonly zoneinfo?: string
  readonly locale?: string
  /** Seconds since 1970. */
  readonly updated_at?: number
  readonly email?: string
  /** True only if the user has proved it. */
  readonly email_verified?: boolean
  readonly address?: AddressClaim
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
}

/** The scopes that request claims (OpenID Connect Core 5.4). */
export type ClaimScope = 'profile' | 'email' | 'address' | 'phone'

/** The scope of each claim, for every claim about a user that can be requested (OpenID Connect Core 5.1, 5.4). */
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

/** How one claim is requested (OpenID Connect Core 5.5.1). */
export interface ClaimRequest {
  readonly essential: boolean
  /** Acceptable values; null for any. */
  readonly values: readonly unknown[] | null
}

/** The claims of one place, by name. */
export type ClaimRequests = ReadonlyMap<string, ClaimRequest>

/**
 * Selects the claims about a user that are released at one place (OpenID Connect Core 5.4, 5.5).
 * @param scopes granted scopes whose claims belong here: all of them at UserInfo; none in an ID token, unless no access
 * token is issued
 * @param requests what the `claims` parameter requests at this place, with consent
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
    // A requested value is confirmed or omitted; one that a scope releases anyway is returned as it is.
    if (scopes.includes(scope) || !request || matches(value, request)) released[name] = value
  }
  return released
}

/**
 * Returns the scopes whose consent covers the claims that are requested by name, so that a user is told about every
 * requested claim.
 */
export function scopesOfRequests(...requests: readonly ClaimRequests[]): readonly ClaimScope[] {
  const names = requests.flatMap((asked) => [...asked.keys()])
  const scopes = Object.entries(CLAIM_SCOPES).flatMap(([name, scope]) =>
    names.includes(name) ? [scope] : [],
  )
  return [...new Set(scopes)]
}

/** Returns whether a value is one of the requested ones. */
export function matches(value: unknown, { values }: ClaimRequest): boolean {
  const text = JSON.stringify(value)
  return values === null || values.some((wanted) => JSON.stringify(wanted) === text)
}
