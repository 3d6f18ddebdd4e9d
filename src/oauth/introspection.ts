import type { EndpointRequest, Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { unprovenClient } from '../refusals.ts'
import type { LiveToken } from '../store/records.ts'
import { readTokenReference } from '../tokens/reference.ts'
import { identifyClient } from './client-auth.ts'
import { missingToken, TOKEN_FORM } from './revocation.ts'

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

/** Tells a confidential client about a token (RFC 7662): every access token, and its own refresh tokens. */
export const introspectionEndpoint: Endpoint = {
  at: 'oauth2',
  path: '/introspect',
  method: 'POST',
  body: 'form',
  caller: 'confidential client',
  cors: false,
  metadata: 'introspection_endpoint',
  summary: 'Introspection (RFC 7662), for confidential clients',
  parameters: TOKEN_FORM,
  required: ['token'],
  response: {
    type: 'object',
    required: ['active'],
    properties: {
      active: { type: 'boolean' },
      client_id: { type: 'string' },
      scope: { type: 'string' },
      exp: { type: 'integer' },
      iat: { type: 'integer' },
      iss: { type: 'string' },
      token_type: { const: 'Bearer' },
      sub: { type: 'string' },
      username: { type: 'string' },
    },
  },
  refusal: (refused) => ({ type: 'introspection_refused', ...refused }),
  answer: async (request, provider) => ({ body: await introspect(request, provider) }),
}

async function introspect(request: EndpointRequest, provider: Provider): Promise<IntrospectionResponse> {
  const proof = await identifyClient(request, provider)
  const token = request.params.get('token')
  const reference = token === undefined ? null : await readTokenReference(token, provider)
  const { now } = provider.request
  const read = reference
    ? await provider.store.readTokenAs(proof, reference, now)
    : { client: await provider.store.readClient(proof, now), token: null }
  if (read.client?.type !== 'confidential') throw unprovenClient(proof)
  if (token === undefined) throw missingToken()
  return read.token ? describe(read.token, provider) : { active: false }
}

function describe(token: LiveToken, provider: Provider): IntrospectionResponse {
  return {
    active: true,
    client_id: token.clientId,
    scope: token.scope,
    exp: token.expiresAt,
    iat: token.createdAt,
    iss: provider.issuer,
    ...(token.kind === 'access' ? { token_type: 'Bearer' as const } : {}),
    ...(token.user ? { sub: token.user.id, username: token.user.username } : {}),
  }
}
