import { DJANGO_SETTINGS } from '../src/django/settings.ts'
import { OPENID_SETTINGS } from '../src/openid/settings.ts'
import { PRIVATE_KEY_JWT_SETTINGS } from '../src/private-key-jwt/settings.ts'
import { REGISTRATION_SETTINGS } from '../src/registration/settings.ts'
import { SETTINGS } from '../src/settings/settings.ts'

/** Settings of the features, by the names of the features; one of a new folder joins here. */
export const FEATURE_SETTINGS = {
  openid: OPENID_SETTINGS,
  'private-key-jwt': PRIVATE_KEY_JWT_SETTINGS,
  registration: REGISTRATION_SETTINGS,
  django: DJANGO_SETTINGS,
}

/** The settings of the shipped Worker: the provider's own, then those of its features. */
export const ALL_SETTINGS = {
  ...SETTINGS,
  ...OPENID_SETTINGS,
  ...PRIVATE_KEY_JWT_SETTINGS,
  ...REGISTRATION_SETTINGS,
  ...DJANGO_SETTINGS,
}
