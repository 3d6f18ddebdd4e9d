import type {
  Claim,
  Client,
  ClientProof,
  ClientType,
  FrontChannelApproval,
  GrantDetails,
  IssuedTokens,
  PasswordSignIn,
  TokenReference,
} from '../store/records.ts'
import type { EndpointRequest } from './endpoint.ts'
import type { Provider } from './provider.ts'

/** A request at the token endpoint whose grant type is known (RFC 6749 3.2). */
export interface TokenRequest extends EndpointRequest {
  readonly grantType: string
  /** Who the client says it is; the commit decides whether that holds. */
  readonly proof: ClientProof
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
  /** `Bearer`, unless a feature binds tokens to their sender. */
  readonly token_type: string
  /** Seconds. */
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
}

/** A grant type: how a request with it becomes tokens (RFC 6749 1.3, 4.5). */
export interface GrantType {
  /** Parameters that a request must have, beside `grant_type`. */
  readonly parameters: readonly string[]
  /** Parameters that it reads, too, where they are there: none of them may be sent twice. */
  readonly optional?: readonly string[]
  /**
   * Exchanges what the request presents for tokens.
   * @throws {OAuthError} the errors of RFC 6749 5.2
   */
  exchange(request: TokenRequest, provider: Provider): Promise<TokenResponse>
}

/** A way in which clients authenticate at the token endpoint (RFC 6749 2.3), under its registered name. */
export interface ClientAuthMethod {
  /** Whether it can work with this provider's settings; it always can, if left out. The metadata names only what can. */
  works?(provider: Pick<Provider, 'settings' | 'store'>): boolean
  /**
   * Reads what the client presented: headers, method, URL and body are all there. What a secret proves is left to the commit;
   * what was verified here (a signature, a certificate) becomes a proof with the method `verified`.
   * @returns the proof, or null where the client did not use this method
   * @throws {OAuthError} invalid_client: it used the method, wrongly
   */
  identify(request: EndpointRequest, provider: Provider): Promise<ClientProof | null>
}

/** What a grant hands to the issuer. */
export interface Issue {
  /** Null where a client acts for itself, which takes a confidential one, or where the claim knows the user. */
  readonly userId: string | null
  /** The scope that was asked for; undefined or null for the default. */
  readonly scope: string | null | undefined
  /** What is spent in the same commit. */
  readonly claim?: Claim
  /** The grant to make, where its id is known already: that of the code. */
  readonly grantId?: string
  /** When the user gave the password, in seconds since 1970; now, if left out. */
  readonly authTime?: number
  /** The session in which the user approved. */
  readonly sessionId?: string | null
  /** What else the grant keeps. */
  readonly details?: GrantDetails | null
  /** The password sign-in to settle in the same commit. */
  readonly signIn?: PasswordSignIn
  /** The approval in the browser that this rests on; left out at the token endpoint. */
  readonly approval?: FrontChannelApproval
  /** Client types that get a refresh token, if they have the grant type `refresh_token`; both, if left out. */
  readonly refreshTokenFor?: readonly ClientType[]
}

/** Who asks, and by which grant type. */
export interface Issuing {
  readonly grantType: string
  readonly proof: ClientProof
  /** Reads the client with a round trip of its own; left out where the scope is already settled. */
  readonly authenticateClient?: () => Promise<Client>
  /** Headers of the token request; left out at the authorization endpoint. */
  readonly headers?: Headers
}

/**
 * Members of a token response that must be there, such as an id_token. It is called before the commit, so that what it needs
 * (a key) fails before anything is spent; the function that it returns is called after it. What either throws is the answer
 * to the request: no response goes out without these members.
 */
export type TokenMember = (
  asked: { readonly issuing: Issuing; readonly issue: Issue },
  provider: Provider,
) => Promise<(issued: IssuedTokens) => Promise<Readonly<Record<string, unknown>>>>

/** A form of tokens other than our own, such as a JWT (RFC 9068) or what another provider made. */
export interface TokenFormat {
  /**
   * Writes an access token in this form.
   * @returns null where this token is not to have it
   */
  mint?(issued: IssuedTokens, provider: Provider): Promise<string | null>
  /**
   * Reads a token of this form, verified as far as the token itself can show it.
   * @returns what the storage knows it by; null where it is not of this form
   */
  open?(
    token: string,
    provider: Pick<Provider, 'featureSettings' | 'issuer' | 'keys' | 'settings'>,
  ): Promise<TokenReference | null>
}
