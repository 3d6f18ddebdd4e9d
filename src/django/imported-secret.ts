import type { EndpointRequest, PasswordFormat, Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { admitAttempt } from '../identity/authenticate.ts'
import { identifyClient, readBasicCredentials } from '../oauth/client-auth.ts'
import { takesImportedSecrets } from '../store/import-store.ts'
import { takesImported } from './settings.ts'

/**
 * Reconsiders a request whose client failed to authenticate: the client may have been imported with a secret that the
 * previous provider stored as a password hash (OAUTH_IMPORTED_TOKENS). Such a hash is slow to check, so attempts are counted
 * like those of a password, and a correct one replaces it with our own hash, so that the next request authenticates like any
 * other.
 * @returns whether the request may now succeed
 * @throws {OAuthError} temporarily_unavailable (429, Retry-After): too many attempts
 */
export async function adoptImportedSecret(
  request: EndpointRequest,
  passwords: PasswordFormat,
  provider: Provider,
): Promise<boolean> {
  const { store } = provider
  if (!takesImported(provider) || !takesImportedSecrets(store)) return false
  // A client that cannot even be identified stays refused.
  const proof = await identifyClient(request, provider).catch(() => null)
  const secret = presentedSecret(request)
  if (secret === null || proof?.method !== 'secret' || proof.secretHash !== (await sha256Base64url(secret)))
    return false
  const found = await store.readImportedSecret(proof, provider.request.now)
  if (found.proven || found.hash === null) return found.proven
  // No username contains a line break, so this count is separate.
  await admitAttempt({ client: null, device: null, username: `client\n${proof.clientId}` }, provider)
  if (!(await passwords.verify(secret, found.hash))) return false
  await store.replaceImportedSecret(proof, found.hash, provider.request)
  return true
}

function presentedSecret({ headers, params }: EndpointRequest): string | null {
  const authorization = headers.get('Authorization')
  return authorization === null
    ? (params.get('client_secret') ?? null)
    : readBasicCredentials(authorization).secret
}
