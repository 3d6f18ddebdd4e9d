import type { Settings } from '../settings/settings.ts'

/** The settings that turn off grant types. */
export type GrantTypeSettings = Pick<Settings, 'passwordGrant' | 'responseTypeChoices'>

/** The part of a response type that needs the grant type `implicit` (RFC 7591 2.1). */
const IMPLICIT = /\b(?:id_token|token)\b/

/** Returns the grant types that the settings turn off, each with the variable that does; clients can no longer be given them. */
export function grantTypesOff({
  passwordGrant,
  responseTypeChoices,
}: GrantTypeSettings): Readonly<Record<string, string>> {
  return {
    ...(passwordGrant ? {} : { password: 'OAUTH_PASSWORD_GRANT' }),
    ...(responseTypeChoices.some((choice) => IMPLICIT.test(choice))
      ? {}
      : { implicit: 'OAUTH_RESPONSE_TYPE_CHOICES' }),
  }
}
