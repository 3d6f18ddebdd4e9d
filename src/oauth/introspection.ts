import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { LiveToken, TokenReference } from '../store/records.ts'
import type { EndpointRequest } from './endpoint-request.ts'
import { identifyClient } from './identify-client.ts'
import { invalidClient } from './invalid-client.ts'
import { tellRefusal } from './tell-refusal.ts'
import { readTokenReference } from './token-reference.ts'

/** An introspection response (RFC 7662 2.2). */
export type IntrospectionResponse =
  | { readonly active: false }
  | {
      readonly active: true
      readonly client_id: string
      readonly scope: string
      readonly exp: number
      readonly iat: number
      readonly iss: string
      readonly token_type?: 'Bearer'
      readonly sub?: string
      readonly username?: string
    }

/**
 * Tells a confidential client about a token (RFC 7662): every access token, and its own refresh tokens.
 * @throws {OAuthError} invalid_client, always 401 with a challenge (RFC 7662 2.3); invalid_request: no token
 */
export async function introspectionEndpoint(
  request: EndpointRequest,
  provider: Provider,
): Promise<IntrospectionResponse> {
  return tellRefusal(
    request,
    provider,
    (refused) => ({ type: 'introspection_refused', ...refused }),
    async () => introspect(request, provider),
  )
}

async function introspect(request: EndpointRequest, provider: Provider): Promise<IntrospectionResponse> {
  const { proof } = await identifyClient(request, provider).catch((error: unknown) => {
    throw error instanceof OAuthError && error.code === 'invalid_client'
      ? invalidClient(true, error.detail)
      : error
  })
  const token = request.params.get('token')
  const reference = token === undefined ? null : await readTokenReference(token, provider)
  const { now } = provider.request
  const read = reference
    ? await provider.store.readTokenAs(proof, reference, now)
    : { client: await provider.store.readClient(proof, now), token: null }
  if (read.client?.type !== 'confidential') throw invalidClient(true)
  if (token === undefined) throw new OAuthError('invalid_request', "No 'token' included in the request.")
  return read.token && reference ? describe(read.token, reference, provider) : { active: false }
}

function describe(token: LiveToken, reference: TokenReference, provider: Provider): IntrospectionResponse {
  const isAccessToken = reference.kind !== 'refresh' && token.id === reference.id
  return {
    active: true,
    client_id: token.clientId,
    scope: token.scope,
    exp: token.expiresAt,
    iat: token.createdAt,
    iss: provider.issuer,
    ...(isAccessToken ? { token_type: 'Bearer' as const } : {}),
    ...(token.user ? { sub: token.user.id, username: token.user.username } : {}),
  }
}
