import type { EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { admitAttempt } from '../identity/authenticate.ts'
import { networkBlock } from '../identity/throttle.ts'
import { identifyClient } from './client-auth.ts'

/**
 * Counts a client secret that was wrong, for its client and network, after the request was refused: one that proves itself
 * never comes here, so no guesses of others can stop it.
 * @throws {OAuthError} temporarily_unavailable (429, Retry-After): too many in the window
 */
export async function countSecretGuess(request: EndpointRequest, provider: Provider): Promise<void> {
  const clientId = await guessedClient(request, provider)
  if (clientId === null) return
  // Apart from people who sign in: no username holds a line break, and the network has a count of its own.
  const attempt = { username: `client\n${clientId}`, client: null }
  await admitAttempt({ ...attempt, device: `clients of ${networkBlock(provider.request.network)}` }, provider)
}

/** The client whose secret a request sent; null if it sent none, or cannot be read. */
async function guessedClient(request: EndpointRequest, provider: Provider): Promise<string | null> {
  try {
    const proof = await identifyClient(request, provider)
    return proof.method === 'secret' ? proof.clientId : null
  } catch (error) {
    if (error instanceof OAuthError) return null
    throw error
  }
}
