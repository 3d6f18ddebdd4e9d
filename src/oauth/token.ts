import type { EndpointRequest, GrantType, Provider, TokenRequest, TokenResponse } from '../concepts.ts'
import type { Endpoint, ParameterMeanings } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { unauthorizedGrantType, unprovenClient } from '../refusals.ts'
import type { Client } from '../store/records.ts'
import { identifyClient } from './client-auth.ts'

/** The form fields by which a client authenticates. */
export const CLIENT_PARAMETERS: ParameterMeanings = {
  client_id: 'Unless in the Authorization header',
  client_secret: 'Unless in the Authorization header; a public client has none',
  client_assertion: 'A JWT that the client signed, instead of a secret (RFC 7523 2.2)',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
}

/** The token endpoint (RFC 6749 3.2): finds the grant type, identifies the client, exchanges the grant. */
export const tokenEndpoint: Endpoint = {
  at: 'oauth2',
  path: '/token',
  method: 'POST',
  body: 'form',
  caller: 'client',
  cors: true,
  metadata: 'token_endpoint',
  provesKey: true,
  summary: 'Token endpoint (RFC 6749 3.2)',
  parameters: ({ grantTypes, issueTerms }) => ({
    ...CLIENT_PARAMETERS,
    grant_type: Object.keys(grantTypes).join(', '),
    scope: 'Names separated by spaces',
    ...parametersOf(grantTypes),
    ...Object.fromEntries(issueTerms.flatMap(({ parameters }) => Object.entries(parameters))),
  }),
  required: ['grant_type'],
  repeatable: ['resource', 'audience'],
  response: {
    type: 'object',
    required: ['access_token', 'token_type', 'expires_in', 'scope'],
    properties: {
      access_token: { type: 'string' },
      token_type: { type: 'string', description: 'Bearer, or DPoP for a token that is bound to a key' },
      expires_in: { type: 'integer', description: 'Seconds' },
      scope: { type: 'string', description: 'Names separated by spaces, sorted' },
      refresh_token: { type: 'string' },
    },
  },
  refusal: (refused, { params }) => ({
    type: 'token_refused',
    grantType: params.get('grant_type') ?? null,
    ...refused,
  }),
  answer: async (request, provider) => ({ body: await exchange(request, provider) }),
}

function parametersOf(grantTypes: Provider['grantTypes']): ParameterMeanings {
  const rows = Object.entries(grantTypes).flatMap(([grantType, { optional = [], parameters }]) => [
    ...parameters.map((name) => [name, `Required for ${grantType}`] as const),
    ...optional.map((name) => [name, `Optional for ${grantType}`] as const),
  ])
  return Object.fromEntries(rows)
}

async function exchange(request: EndpointRequest, provider: Provider): Promise<TokenResponse> {
  const name = request.params.get('grant_type')
  if (name === undefined) {
    throw new OAuthError('invalid_request', "No 'grant_type' included in the request.", {
      reason: 'missing_parameter',
    })
  }
  const grantType = Object.hasOwn(provider.grantTypes, name) ? provider.grantTypes[name] : undefined
  if (!grantType) throw new OAuthError('unsupported_grant_type', 'The grant type is not supported.')
  const tokenRequest = await readTokenRequest(name, request, provider)
  await requireParameters(grantType, tokenRequest)
  return grantType.exchange(tokenRequest, provider)
}

async function readTokenRequest(
  grantType: string,
  request: EndpointRequest,
  provider: Provider,
): Promise<TokenRequest> {
  const proof = await identifyClient(request, provider)
  let read: Promise<Client> | undefined
  return {
    ...request,
    grantType,
    proof,
    authenticateClient() {
      read ??= authenticate()
      return read
    },
  }
  async function authenticate(): Promise<Client> {
    const found = await provider.store.readClient(proof, provider.request.now)
    if (!found) throw unprovenClient(proof)
    if (!found.grantTypes.includes(grantType)) throw unauthorizedGrantType()
    return found
  }
}

/** The client is authenticated first, so that a stranger does not learn what a grant type needs. */
async function requireParameters(grantType: GrantType, request: TokenRequest): Promise<void> {
  const missing = grantType.parameters.find((name) => request.params.get(name) === undefined)
  if (missing === undefined) return
  await request.authenticateClient()
  throw new OAuthError('invalid_request', `No '${missing}' included in the request.`, {
    reason: 'missing_parameter',
  })
}
