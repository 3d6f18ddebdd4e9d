import type { Provider } from '../../concepts.ts'
import type { Client } from '../../store/records.ts'
import type { ClientIdentity } from '../identify-client.ts'
import type { Params } from '../params.ts'
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import { password } from './password.ts'
import { refreshToken } from './refresh-token.ts'

/** A request at the token endpoint whose grant type is known (RFC 6749 3.2). */
export interface TokenRequest {
  readonly params: Params
  readonly grantType: string
  /** The client as it said who it is; the commit decides whether that holds. */
  readonly client: ClientIdentity
  /**
   * Authenticates the client with a round trip of its own, once: before anything that is slow, or that says something of a
   * stranger's grant.
   * @throws {OAuthError} invalid_client, unauthorized_client
   */
  authenticateClient(): Promise<Client>
}

/** A successful answer of the token endpoint (RFC 6749 5.1). */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
}

/** A grant type: how a request with it becomes tokens (RFC 6749 1.3, 4.5). */
export interface GrantType {
  /** Parameters that a request must have, beside `grant_type`. */
  readonly parameters: readonly string[]
  /**
   * Exchanges what the request presents for tokens.
   * @throws {OAuthError} the errors of RFC 6749 5.2
   */
  exchange(request: TokenRequest, provider: Provider): Promise<TokenResponse>
}

/** Grant types under the names of RFC 7591 2; metadata announces just these. */
export const grantTypes: Readonly<Record<string, GrantType>> = {
  authorization_code: authorizationCode,
  client_credentials: clientCredentials,
  password,
  refresh_token: refreshToken,
}
