import type { EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { admitAttempt } from '../identity/authenticate.ts'
import { networkBlock } from '../identity/throttle.ts'
import { identifyClient } from './client-auth.ts'

/**
 * Counts a wrong client secret, for its client and network, after the request was refused. A client with the right secret is
 * never counted here, so guesses by others cannot lock it out.
 * @throws {OAuthError} temporarily_unavailable (429, Retry-After): too many in the window
 */
export async function countSecretGuess(request: EndpointRequest, provider: Provider): Promise<void> {
  const clientId = await guessedClient(request, provider)
  if (clientId === null) return
  // Kept apart from sign-ins: no username contains a line break, and the network has its own count.
  const attempt = { username: `client\n${clientId}`, client: null }
  await admitAttempt({ ...attempt, device: `clients of ${networkBlock(provider.request.network)}` }, provider)
}

/** Returns the client whose secret a request sent; null if there is no secret, or it cannot be read. */
async function guessedClient(request: EndpointRequest, provider: Provider): Promise<string | null> {
  try {
    const proof = await identifyClient(request, provider)
    return proof.method === 'secret' ? proof.clientId : null
  } catch (error) {
    if (error instanceof OAuthError) return null
    throw error
  }
}
