import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { Client } from '../store/records.ts'
import type { EndpointRequest } from './endpoint-request.ts'
import type { GrantType, TokenRequest, TokenResponse } from './grants/index.ts'
import { identifyClient } from './identify-client.ts'
import { invalidClient } from './invalid-client.ts'
import { tellRefusal } from './tell-refusal.ts'

/**
 * The token endpoint (RFC 6749 3.2): finds the grant type, identifies the client, exchanges the grant.
 * @throws {OAuthError} each error of RFC 6749 5.2
 */
export async function tokenEndpoint(request: EndpointRequest, provider: Provider): Promise<TokenResponse> {
  const grantType = request.params.get('grant_type') ?? null
  return tellRefusal(
    request,
    provider,
    (refused) => ({ type: 'token_refused', grantType, ...refused }),
    async () => exchange(request, provider),
  )
}

async function exchange(request: EndpointRequest, provider: Provider): Promise<TokenResponse> {
  const name = request.params.get('grant_type')
  if (name === undefined) {
    throw new OAuthError('invalid_request', "No 'grant_type' included in the request.")
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
  const client = await identifyClient(request, provider)
  let read: Promise<Client> | undefined
  return {
    params: request.params,
    grantType,
    client,
    authenticateClient() {
      read ??= authenticate()
      return read
    },
  }
  async function authenticate(): Promise<Client> {
    const found = await provider.store.readClient(client.proof, provider.request.now)
    if (!found) throw invalidClient(client.usedHeader)
    if (!found.grantTypes.includes(grantType)) {
      throw new OAuthError('unauthorized_client', 'The client may not use this grant type.')
    }
    return found
  }
}

/** A stranger does not learn what a grant type needs: the client is authenticated first. */
async function requireParameters(grantType: GrantType, request: TokenRequest): Promise<void> {
  const missing = grantType.parameters.find((name) => request.params.get(name) === undefined)
  if (missing === undefined) return
  await request.authenticateClient()
  throw new OAuthError('invalid_request', `No '${missing}' included in the request.`)
}
