import type { ProfileName } from './profile.ts'

/** Labels of a person's profile, in English. */
export const PROFILE_LABELS: Readonly<Record<ProfileName, string>> = {
  name: 'Name',
  given_name: 'Given name',
  family_name: 'Family name',
  nickname: 'Nickname',
  birthdate: 'Date of birth',
  zoneinfo: 'Time zone',
  locale: 'Language',
  website: 'Website',
  picture: 'Picture URL',
  phone_number: 'Phone number',
  street_address: 'Street and number',
  postal_code: 'Postal code',
  locality: 'City',
  region: 'Region',
  country: 'Country',
}
