import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { ProviderEvent, RefusedRequest } from '../hooks.ts'
import type { EndpointRequest } from './endpoint-request.ts'
import { identifyClient } from './identify-client.ts'

/**
 * Answers a request of a client, and tells of it where it is refused.
 * @param toEvent what to tell, of what is known of every refusal
 * @throws what `answer` throws
 */
export async function tellRefusal<T>(
  request: EndpointRequest,
  provider: Provider,
  toEvent: (refused: RefusedRequest) => ProviderEvent,
  answer: () => Promise<T>,
): Promise<T> {
  return answer().catch(async (error: unknown) => {
    if (error instanceof OAuthError) {
      const { code, description, detail } = error
      const clientId = await namedClient(request, provider)
      provider.emit(toEvent({ clientId, error: code, detail: detail ?? description }))
    }
    throw error
  })
}

/** The client that a request names, in its form or in its header; it may be anybody's name. */
async function namedClient(request: EndpointRequest, provider: Provider): Promise<string | null> {
  const named = request.params.get('client_id')
  if (named !== undefined) return named
  return identifyClient(request, provider).then(
    ({ proof }) => proof.clientId,
    () => null,
  )
}
