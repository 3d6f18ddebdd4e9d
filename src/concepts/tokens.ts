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
import type { EndpointRequest, Params } from './endpoint.ts'
import type { Provider } from './provider.ts'

/** A request at the token endpoint whose grant type is known (RFC 6749 3.2). */
export interface TokenRequest extends EndpointRequest {
  readonly grantType: string
  /** Who the client claims to be; the commit decides whether that is true. */
  readonly proof: ClientProof
  /**
   * Authenticates the client with its own round trip, once; call it before anything slow, or before revealing anything about
   * a grant.
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

/** A grant type: how a request is exchanged for tokens (RFC 6749 1.3, 4.5). */
export interface GrantType {
  /** What it is, in words for staff; defaults to its name. */
  readonly label?: string
  /** Whether it exists with these settings; by default it always does. */
  works?(provider: Pick<Provider, 'settings'>): boolean
  /** Parameters that a request must have, besides `grant_type`. */
  readonly parameters: readonly string[]
  /** Optional parameters; none of them may be sent twice. */
  readonly optional?: readonly string[]
  /**
   * Exchanges what the request presents for tokens.
   * @throws {OAuthError} an error of RFC 6749 5.2
   */
  exchange(request: TokenRequest, provider: Provider): Promise<TokenResponse>
}

/** How clients authenticate at the token endpoint (RFC 6749 2.3), under its registered name. */
export interface ClientAuthMethod {
  /** Whether it works with this provider's settings; by default it always does. The metadata names only methods that work. */
  works?(provider: Pick<Provider, 'settings' | 'store'>): boolean
  /**
   * Reads what the client presented in headers, method, URL and body. Secrets are checked by the commit; what was verified
   * here (a signature, a certificate) becomes a proof with the method `verified`.
   * @returns the proof, or null if the client did not use this method
   * @throws {OAuthError} invalid_client: it used the method wrongly
   */
  identify(request: EndpointRequest, provider: Provider): Promise<ClientProof | null>
}

/** What a grant type passes on to be issued. */
export interface Issue {
  /** Null if a client acts for itself, which only a confidential one may, or if the claim determines the user. */
  readonly userId: string | null
  /** The requested scope; undefined or null for the default. */
  readonly scope: string | null | undefined
  /** What the same commit spends. */
  readonly claim?: Claim
  /** The id of the grant to create, if it is known already: that of the code. */
  readonly grantId?: string
  /** When the user gave the password, in seconds since 1970; null if that is not known; defaults to now. */
  readonly authTime?: number | null
  /** The session in which the user approved. */
  readonly sessionId?: string | null
  /** What else the grant keeps. */
  readonly details?: GrantDetails | null
  /** The password sign-in that the same commit settles. */
  readonly signIn?: PasswordSignIn
  /** The approval in the browser that this is based on; undefined at the token endpoint. */
  readonly approval?: FrontChannelApproval
  /** Client types that get a refresh token, if they have the grant type `refresh_token`; defaults to both. */
  readonly refreshTokenFor?: readonly ClientType[]
}

/** Who asks for tokens, and by which grant type. */
export interface Issuing {
  readonly grantType: string
  readonly proof: ClientProof
  /** Reads the client with its own round trip; undefined if the scope is already settled. */
  readonly authenticateClient?: () => Promise<Client>
  /** Headers of the token request; undefined at the authorization endpoint. */
  readonly headers?: Headers
  /** Thumbprint of the key that the request has proved to hold; the tokens are bound to it (RFC 9449 5). */
  readonly jkt?: string | null
  /** Parameters of the token request; undefined at the authorization endpoint. */
  readonly params?: Params
}

/**
 * Required members of a token response, such as an id_token. It is called before the commit, so that if anything it needs (a
 * key) is missing, nothing has been spent yet; the function that it returns is called after the commit. If either throws,
 * that is the answer to the request: no response is sent without these members.
 */
export type TokenMember = (
  asked: { readonly issuing: Issuing; readonly issue: Issue },
  provider: Provider,
) => Promise<(issued: IssuedTokens, accessToken: string) => Promise<Readonly<Record<string, unknown>>>>

/** A key that a request has proved to hold. */
export interface ProvenKey {
  /** Its thumbprint (RFC 7638). */
  readonly jkt: string
  /** Headers that the answer to the request must have. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * How the sender of a request proves to hold a key; tokens that are bound to a key are valid only with such a proof (RFC
 * 9449).
 */
export interface PossessionProof {
  /** Name of the header that carries the proof. A request without it is not examined. */
  readonly header: string
  /** Accepted signature algorithms, for challenges (RFC 9449 7.1). */
  readonly algorithms: readonly string[]
  /** Whether every token request must carry one. */
  isRequired(provider: Pick<Provider, 'featureSettings'>): boolean
  /**
   * Verifies a proof.
   * @param request the request that it must be for
   * @param accessToken the token that it comes with; null at an endpoint that issues tokens
   * @throws {OAuthError} invalid_dpop_proof, use_dpop_nonce
   */
  verify(
    request: Pick<EndpointRequest, 'headers' | 'method' | 'url'>,
    accessToken: string | null,
    provider: Pick<Provider, 'featureSettings' | 'keys' | 'origin' | 'request' | 'settings'>,
  ): Promise<ProvenKey>
  /** The parameters that bind the code of an authorization request to a key (RFC 9449 10). */
  authorizationParameters(jkt: string): Readonly<Record<string, string>>
}

/** A valid access token, as a protected resource sees it. */
export interface AccessToken {
  /** Null if it was introspected at another server (RFC 7662), which returns no id. */
  readonly id: string | null
  readonly clientId: string
  /** Null if a client acts for itself. */
  readonly user: { readonly id: string; readonly username: string } | null
  /** Names separated by spaces. */
  readonly scope: string
  readonly scopes: readonly string[]
  /** Seconds since 1970. */
  readonly expiresAt: number
  /** When the user gave the password, in seconds since 1970; null or undefined if that is not known. */
  readonly authTime?: number | null
  /** The level of authentication that the sign-in reached (OpenID Connect Core 2, `acr`); null or undefined if unknown. */
  readonly acr?: string | null
  /** Thumbprint of the key that it is bound to (RFC 9449 6); without a proof of that key the token is invalid. */
  readonly jkt?: string | null
  /** The resources that it is for (RFC 8707), in any spelling; empty or undefined if it names none. `requireScope` checks
   * them. */
  readonly audience?: readonly string[]
}

/** A form of tokens other than our own, such as a JWT (RFC 9068) or what another provider made. */
export interface TokenFormat {
  /**
   * The longest that access tokens of clients with the member `access_token_format` are valid, in seconds, if the client
   * does not set it.
   */
  lifetime?(provider: Pick<Provider, 'featureSettings'>): number
  /**
   * Gets what `mint` needs, such as a key, before anything is spent; an error is the answer to the request.
   * @param details what the new grant keeps; null for a refresh, whose grant is known only afterwards: if no key can be had
   *   then, the refresh may be sent again
   */
  prepare?(details: GrantDetails | null, provider: Provider): Promise<void>
  /**
   * Writes an access token in this form.
   * @returns null if this token has another form
   */
  mint?(issued: IssuedTokens, provider: Provider): Promise<string | null>
  /**
   * Reads a token of this form and verifies what can be verified without the storage.
   * @returns the key under which the
   * storage knows it; null if it does not have this form
   */
  open?(token: string, provider: FormatProvider): Promise<TokenReference | null>
  /**
   * Reads what an access token itself says, without checking whether it was revoked.
   * @returns null if it does not have this
   * form, or is not valid
   */
  read?(token: string, provider: FormatProvider): Promise<AccessToken | null>
}

/** The parts of a provider that reading tokens needs. */
export type FormatProvider = Pick<
  Provider,
  'defer' | 'featureSettings' | 'issuer' | 'keys' | 'request' | 'settings' | 'signingKeyStore'
>
