import type { Feature } from '../concepts.ts'
import { adoptImportedSecret } from './imported-secret.ts'
import { importedTokenFormat } from './imported-tokens.ts'
import type { HashFormats } from './password-format.ts'
import { djangoPasswords } from './passwords.ts'
import { DJANGO_SETTINGS } from './settings.ts'

/**
 * The feature that accepts imported credentials: passwords with the hashes of Django, Auth0 and Keycloak and, under
 * OAUTH_IMPORTED_TOKENS, Django's tokens and hashed client secrets. A provider without it refuses them all.
 * @param given.slowHashes from `edge-oauth2-provider/slow-hashes`, for users or secrets with bcrypt or Argon2
 * @example
 * const provider = createProvider({ features: [pages(), django({ importedTokens: true })] })
 */
export function django({
  slowHashes,
  ...given
}: { readonly importedTokens?: boolean; readonly slowHashes?: HashFormats } = {}): Feature {
  const passwords = djangoPasswords(slowHashes ?? null)
  return {
    name: 'django',
    settings: { rows: DJANGO_SETTINGS, given },
    passwordFormats: [passwords],
    tokenFormats: [importedTokenFormat],
    clientRecoveries: [async (request, provider) => adoptImportedSecret(request, passwords, provider)],
  }
}
