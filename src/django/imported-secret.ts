import type { Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import { admitAttempt } from '../identity/authenticate.ts'
import { readBasicCredentials } from '../oauth/client-auth/client-secret-basic.ts'
import type { EndpointRequest } from '../oauth/endpoint-request.ts'
import { identifyClient } from '../oauth/identify-client.ts'
import { takesImportedSecrets } from '../store/import-store.ts'

/**
 * Looks at a request again whose client failed to authenticate: the client may have been imported with a secret that the provider
 * before kept as a password's hash (OAUTH_IMPORTED_TOKENS). Such a hash is slow to check, so attempts are counted as those of a
 * password, and one that is right puts our own hash in its place: the next request authenticates as all others do.
 * @returns whether the request may now succeed
 * @throws {OAuthError} temporarily_unavailable (429, Retry-After): too many attempts
 */
export async function adoptImportedSecret(request: EndpointRequest, provider: Provider): Promise<boolean> {
  const { settings, store } = provider
  if (!settings.importedTokens || !takesImportedSecrets(store)) return false
  const { proof } = await identifyClient(request, provider)
  const secret = presentedSecret(request)
  if (secret === null || proof.method !== 'secret' || proof.secretHash !== (await sha256Base64url(secret)))
    return false
  const found = await store.readImportedSecret(proof, provider.request.now)
  if (found.proven || found.hash === null) return found.proven
  // No username holds a line break, so this counts apart from them.
  await admitAttempt({ client: null, device: null, username: `client\n${proof.clientId}` }, provider)
  const { verifyDjangoPassword } = await import('./passwords.ts')
  if (!(await verifyDjangoPassword(secret, found.hash))) return false
  await store.replaceImportedSecret(proof, found.hash, provider.request)
  return true
}

/**
 * Answers a request, and once more where the client's imported secret was adopted.
 * @param answer the endpoint
 */
export async function answerWithImportedSecret<T>(
  answer: () => Promise<T>,
  request: EndpointRequest,
  provider: Provider,
): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    const refused = error instanceof OAuthError && error.code === 'invalid_client'
    if (!refused || !provider.settings.importedTokens) throw error
    if (!(await mayAdopt(request, provider))) throw error
    return answer()
  }
}

/** A client that cannot even be identified stays refused as it was. */
async function mayAdopt(request: EndpointRequest, provider: Provider): Promise<boolean> {
  return adoptImportedSecret(request, provider).catch((error: unknown) => {
    if (error instanceof OAuthError && error.code === 'invalid_client') return false
    throw error
  })
}

function presentedSecret({ authorization, params }: EndpointRequest): string | null {
  return authorization === null
    ? (params.get('client_secret') ?? null)
    : readBasicCredentials(authorization).secret
}
