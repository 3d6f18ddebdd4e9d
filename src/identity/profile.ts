import type { JsonObject } from '../store/records.ts'

/** The kinds of problems with a profile's values. */
export type ProfileProblem = 'birthdate' | 'locale' | 'phone' | 'text' | 'url' | 'zone'

/** One item of a person's profile: a claim, or a member of the claim `address` (OpenID Connect Core 5.1, 5.1.1). */
export interface ProfileField {
  readonly name: ProfileName
  readonly kind: ProfileProblem
  readonly ofAddress?: boolean
}

const KINDS = {
  name: 'text',
  given_name: 'text',
  family_name: 'text',
  nickname: 'text',
  birthdate: 'birthdate',
  zoneinfo: 'zone',
  locale: 'locale',
  website: 'url',
  picture: 'url',
  phone_number: 'phone',
  street_address: 'text',
  postal_code: 'text',
  locality: 'text',
  region: 'text',
  country: 'text',
} as const satisfies Readonly<Record<string, ProfileProblem>>

/** The name of a field. */
export type ProfileName = keyof typeof KINDS

const OF_ADDRESS: readonly ProfileName[] = ['street_address', 'postal_code', 'locality', 'region', 'country']

/** The fields that people and staff may edit, in the order of the forms. */
export const PROFILE_FIELDS: readonly ProfileField[] = nameList(KINDS).map((name) => ({
  name,
  kind: KINDS[name],
  ofAddress: OF_ADDRESS.includes(name),
}))

function nameList<T extends object>(record: T): readonly (keyof T)[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the record is a literal of this file
  return Object.keys(record) as (keyof T)[]
}

/** A profile as read from a form. */
export interface ReadProfile {
  /** The change, as a merge patch (RFC 7396): null removes. */
  readonly patch: JsonObject
  /** Invalid values, by field. */
  readonly problems: readonly ProfileField[]
}

/**
 * Reads a profile.
 * @param given the value of a field; empty to remove it, undefined to keep it
 */
export function readProfile(given: (name: ProfileName) => string | undefined): ReadProfile {
  const read = PROFILE_FIELDS.flatMap((field) => {
    const text = given(field.name)?.trim()
    return text === undefined ? [] : [{ field, text, isFine: text === '' || CHECKS[field.kind](text) }]
  })
  const membersOf = (ofAddress: boolean): readonly (readonly [string, string | null])[] =>
    read.flatMap(({ field, text }) =>
      field.ofAddress === ofAddress ? [[field.name, text === '' ? null : text] as const] : [],
    )
  const address = membersOf(true)
  return {
    patch: {
      ...Object.fromEntries(membersOf(false)),
      // The formatted address is no longer correct.
      ...(address.length > 0 && { address: { ...Object.fromEntries(address), formatted: null } }),
    },
    problems: read.filter(({ isFine }) => !isFine).map(({ field }) => field),
  }
}

/** Returns the values of a profile by field, without missing ones. */
export function profileTexts(profile: JsonObject): Readonly<Partial<Record<ProfileName, string>>> {
  const { address } = profile
  const parts = typeof address === 'object' && address !== null ? Object.entries(address) : []
  const held = new Map<string, unknown>([...parts, ...Object.entries(profile)])
  return Object.fromEntries(
    PROFILE_FIELDS.flatMap(({ name }) => {
      const value = held.get(name)
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

const CHECKS: Readonly<Record<ProfileProblem, (text: string) => boolean>> = {
  text: (text) => text.length <= 200 && !/\p{Cc}/u.test(text),
  // The year may be 0000, or be the whole value (OpenID Connect Core 5.1).
  birthdate: (text) => /^\d{4}(?:-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))?$/.test(text),
  phone: (text) => /^\+?[\d\s()./-]{3,40}$/.test(text),
  url: isWebAddress,
  locale: (text) => text.length <= 50 && succeeds(() => Intl.getCanonicalLocales(text)),
  zone: (text) => text.length <= 50 && succeeds(() => new Intl.DateTimeFormat('en', { timeZone: text })),
}

function isWebAddress(text: string): boolean {
  const url = text.length <= 2000 && /^https?:\/\/[\x21-\x7e]+$/i.test(text) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === ''
}

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
