import type { EndpointRequest, Provider } from '../concepts.ts'
import type { Endpoint, ParameterMeanings } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { unprovenClient } from '../refusals.ts'
import { readTokenReference } from '../tokens/reference.ts'
import { identifyClient } from './client-auth.ts'
import { CLIENT_PARAMETERS } from './token.ts'

/** A form about one token. */
export const TOKEN_FORM: ParameterMeanings = {
  ...CLIENT_PARAMETERS,
  token: 'The token',
  token_type_hint: 'access_token or refresh_token',
}

/** Revokes a token (RFC 7009). An unknown token and another client's get the same answer as one's own, and the latter lives. */
export const revocationEndpoint: Endpoint = {
  at: 'oauth2',
  path: '/revoke',
  method: 'POST',
  body: 'form',
  caller: 'client',
  cors: true,
  metadata: 'revocation_endpoint',
  summary: 'Revocation (RFC 7009)',
  parameters: TOKEN_FORM,
  required: ['token'],
  response: { type: 'object', description: 'The token is not, or no longer, valid' },
  refusal: (refused) => ({ type: 'revocation_refused', ...refused }),
  async answer(request, provider) {
    await revoke(request, provider)
    return { body: {} }
  },
}

async function revoke(request: EndpointRequest, provider: Provider): Promise<void> {
  const proof = await identifyClient(request, provider)
  const { store, settings } = provider
  const token = request.params.get('token')
  const reference = token === undefined ? null : await readTokenReference(token, provider)
  const authenticated = reference
    ? await store.revokeToken(proof, reference, settings.deleteExpired, provider.request)
    : (await store.readClient(proof, provider.request.now)) !== null
  if (!authenticated) throw unprovenClient(proof)
  if (token === undefined) throw missingToken()
  provider.emit({ type: 'token_revoked', clientId: proof.clientId })
}

/** The refusal of a form about a token that names none. */
export function missingToken(): OAuthError {
  return new OAuthError('invalid_request', "No 'token' included in the request.", {
    reason: 'missing_parameter',
  })
}
