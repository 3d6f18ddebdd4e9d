import type { Feature } from '../concepts.ts'
import { adoptImportedSecret } from './imported-secret.ts'
import { importedTokenFormat } from './imported-tokens.ts'
import { isDjangoPassword, verifyDjangoPassword } from './passwords.ts'
import { DJANGO_SETTINGS } from './settings.ts'

/**
 * The feature that accepts imported credentials: passwords with the hashes of Django, Auth0 and Keycloak and, under
 * OAUTH_IMPORTED_TOKENS, Django's tokens and hashed client secrets. A provider without it refuses them all.
 * @example
 * const provider = createProvider({ features: [pages(), django({ importedTokens: true })] })
 */
export function django(given: { readonly importedTokens?: boolean } = {}): Feature {
  return {
    name: 'django',
    settings: { rows: DJANGO_SETTINGS, given },
    passwordFormats: [{ recognizes: isDjangoPassword, verify: verifyDjangoPassword }],
    tokenFormats: [importedTokenFormat],
    clientRecoveries: [adoptImportedSecret],
  }
}
