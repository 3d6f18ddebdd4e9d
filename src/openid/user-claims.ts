import * as v from 'valibot'
import type { Person } from '../store/records.ts'
import type { UserClaims } from './claims.ts'

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2000))

/** The claims that a profile may hold, with their types (OpenID Connect Core 5.1, 5.1.1). */
export const PROFILE_CLAIMS = {
  name: text,
  family_name: text,
  given_name: text,
  middle_name: text,
  nickname: text,
  profile: text,
  picture: text,
  website: text,
  gender: text,
  birthdate: text,
  zoneinfo: text,
  locale: text,
  phone_number: text,
  phone_number_verified: v.boolean(),
  address: v.partial(
    v.object({
      formatted: text,
      street_address: text,
      locality: text,
      region: text,
      postal_code: text,
      country: text,
    }),
  ),
} as const

/** Returns the claims about a person. Profile values with a different type than the claim are omitted. */
export function toUserClaims(person: Person): UserClaims {
  const held = Object.entries(PROFILE_CLAIMS).flatMap(([name, schema]) => {
    const parsed = v.safeParse(schema, person.profile[name])
    return parsed.success && !isEmpty(parsed.output) ? [[name, parsed.output] as const] : []
  })
  return {
    ...Object.fromEntries(held),
    preferred_username: person.username,
    updated_at: person.updatedAt,
    ...(person.email !== null && { email: person.email, email_verified: person.emailVerified }),
  }
}

/** Returns whether nothing is left of an address. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
