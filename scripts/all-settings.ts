import { ADDRESS_SETTINGS } from '../src/addresses/settings.ts'
import { CLIENT_ID_METADATA_SETTINGS } from '../src/client-id-metadata/settings.ts'
import { DEVICE_SETTINGS } from '../src/device/settings.ts'
import { DJANGO_SETTINGS } from '../src/django/settings.ts'
import { DPOP_SETTINGS } from '../src/dpop/settings.ts'
import { GUARD_SETTINGS } from '../src/guards/settings.ts'
import { INVITATION_SETTINGS } from '../src/invitations/settings.ts'
import { JWT_SETTINGS } from '../src/jwt-access-tokens/settings.ts'
import { MAIL_SETTINGS } from '../src/mail/settings.ts'
import { OPENID_SETTINGS } from '../src/openid/settings.ts'
import { OWN_DATA_SETTINGS } from '../src/own-data/settings.ts'
import { PASSKEY_SETTINGS } from '../src/passkeys/settings.ts'
import { PASSWORDLESS_SETTINGS } from '../src/passwordless/settings.ts'
import { PRIVATE_KEY_JWT_SETTINGS } from '../src/private-key-jwt/settings.ts'
import { PUSHED_REQUEST_SETTINGS } from '../src/pushed-requests/settings.ts'
import { RECOVERY_SETTINGS } from '../src/recovery/settings.ts'
import { REGISTRATION_SETTINGS } from '../src/registration/settings.ts'
import { RESOURCE_SETTINGS } from '../src/resources/settings.ts'
import { SECOND_FACTOR_SETTINGS } from '../src/second-factor/settings.ts'
import { SETTINGS } from '../src/settings/settings.ts'
import { SETUP_SETTINGS } from '../src/setup/settings.ts'
import { SIGN_IN_PROVIDER_SETTINGS } from '../src/sign-in-providers/settings.ts'

/** Settings of the features, by the names of the features; one of a new folder joins here. */
export const FEATURE_SETTINGS = {
  mail: MAIL_SETTINGS,
  addresses: ADDRESS_SETTINGS,
  recovery: RECOVERY_SETTINGS,
  guards: GUARD_SETTINGS,
  invitations: INVITATION_SETTINGS,
  openid: OPENID_SETTINGS,
  passkeys: PASSKEY_SETTINGS,
  'sign-in-providers': SIGN_IN_PROVIDER_SETTINGS,
  'second-factor': SECOND_FACTOR_SETTINGS,
  'own-data': OWN_DATA_SETTINGS,
  passwordless: PASSWORDLESS_SETTINGS,
  'private-key-jwt': PRIVATE_KEY_JWT_SETTINGS,
  registration: REGISTRATION_SETTINGS,
  'pushed-requests': PUSHED_REQUEST_SETTINGS,
  'client-id-metadata': CLIENT_ID_METADATA_SETTINGS,
  dpop: DPOP_SETTINGS,
  device: DEVICE_SETTINGS,
  resources: RESOURCE_SETTINGS,
  'jwt-access-tokens': JWT_SETTINGS,
  django: DJANGO_SETTINGS,
  setup: SETUP_SETTINGS,
}

/** The settings of the shipped Worker: the provider's own, then those of its features. */
export const ALL_SETTINGS = {
  ...SETTINGS,
  ...MAIL_SETTINGS,
  ...ADDRESS_SETTINGS,
  ...RECOVERY_SETTINGS,
  ...GUARD_SETTINGS,
  ...INVITATION_SETTINGS,
  ...OPENID_SETTINGS,
  ...PASSKEY_SETTINGS,
  ...SIGN_IN_PROVIDER_SETTINGS,
  ...SECOND_FACTOR_SETTINGS,
  ...OWN_DATA_SETTINGS,
  ...PASSWORDLESS_SETTINGS,
  ...PRIVATE_KEY_JWT_SETTINGS,
  ...REGISTRATION_SETTINGS,
  ...PUSHED_REQUEST_SETTINGS,
  ...CLIENT_ID_METADATA_SETTINGS,
  ...DPOP_SETTINGS,
  ...DEVICE_SETTINGS,
  ...RESOURCE_SETTINGS,
  ...JWT_SETTINGS,
  ...DJANGO_SETTINGS,
  ...SETUP_SETTINGS,
}
