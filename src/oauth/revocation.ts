import type { EndpointRequest, Provider } from '../concepts.ts'
import type { Endpoint, ParameterMeanings } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { unprovenClient } from '../refusals.ts'
import { readTokenReference } from '../tokens/reference.ts'
import { identifyClient } from './client-auth.ts'
import { CLIENT_PARAMETERS } from './token.ts'

/** The form fields that name a token. */
export const TOKEN_FORM: ParameterMeanings = {
  ...CLIENT_PARAMETERS,
  token: 'The token',
  token_type_hint: 'access_token or refresh_token',
}

/** Revokes a token (RFC 7009). The answer is the same for an unknown token and for another client's, which stays valid. */
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
  response: { type: 'object', description: 'The token is not valid, or no longer valid' },
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

/** Returns the refusal of a form without a token. */
export function missingToken(): OAuthError {
  return new OAuthError('invalid_request', "No 'token' included in the request.", {
    reason: 'missing_parameter',
  })
}
