import type { OAuthErrorCode } from '../errors.ts'
import type { Client, IssuedTokens } from '../store/records.ts'
import type { Provider } from './provider.ts'

/** A request that was refused. */
export interface RefusedRequest {
  /** As the request named it, without proof. */
  readonly clientId: string | null
  /** The scope as the request named it; null if it named none. */
  readonly scope: string | null
  readonly error: OAuthErrorCode
  /** A stable word for the rule that refused it, to tell apart rules that share an error. */
  readonly reason: string
  /** The rule as a sentence. */
  readonly detail: string
}

/** A password that was refused, on a page or at the token endpoint. */
export interface PasswordRefusal {
  readonly type: 'password_refused'
  readonly reason: 'wrong_password' | 'unknown_user' | 'account_limit' | 'network_limit'
  /** The user it was meant for; null if there is no such user, or if users are kept elsewhere. */
  readonly userId: string | null
  /** The client that sent it; null on our own pages. */
  readonly clientId: string | null
}

/** Something that happened, for your own log or metrics. It never contains a token, code, secret or password. */
export type ProviderEvent =
  | {
      readonly type: 'token_issued'
      readonly grantType: string
      readonly clientId: string
      readonly userId: string | null
      readonly scope: string
    }
  | (RefusedRequest & { readonly type: 'token_refused'; readonly grantType: string | null })
  | (RefusedRequest & { readonly type: 'authorization_refused'; readonly responseType: string | null })
  | (RefusedRequest & { readonly type: 'revocation_refused' | 'introspection_refused' })
  /** Any other endpoint for clients, by its path. */
  | (RefusedRequest & { readonly type: 'request_refused'; readonly endpoint: string })
  /** A client asked for a revocation; the answer is the same whether or not there was anything to revoke (RFC 7009 2.2). */
  | { readonly type: 'token_revoked'; readonly clientId: string }
  | { readonly type: 'signed_in'; readonly userId: string }
  | { readonly type: 'sign_in_refused'; readonly detail: string }
  | PasswordRefusal

/** A user who is kept elsewhere. */
export interface ExternalUser {
  /** Stable and unique, 1 to 255 characters; tokens and consents belong to this id. */
  readonly id: string
  readonly username: string
  readonly email?: string | null
}

/** Users who are kept elsewhere, instead of our own table. */
export interface UserSource {
  /**
   * Checks a name and password. Attempts are throttled before it is called.
   * @returns the user, or null if the name or the password is wrong
   */
  authenticate(username: string, password: string, provider: Provider): Promise<ExternalUser | null>
  /**
   * Finds a user who has a session here, for each authorization request and each visit to the account page.
   * @returns null if the user may no longer sign in; the session is then invalid
   */
  find(id: string, provider: Provider): Promise<ExternalUser | null>
}

/** Functions with which an embedding Worker changes what the provider does. */
export interface Hooks {
  readonly users: UserSource | null
  /**
   * Further members of a token response (RFC 6749 5.1), such as an id. Members that the protocol defines cannot be replaced.
   */
  readonly tokenResponseExtras:
    | ((issued: IssuedTokens, provider: Provider) => Promise<Readonly<Record<string, unknown>>>)
    | null
  /**
   * Narrows a scope that a client asks for, before a user sees it or a token carries it; names that were not asked for are
   * dropped. At the token endpoint it costs a round trip to read the client.
   */
  readonly grantScope:
    | ((requested: string, to: { readonly client: Client; readonly userId: string | null }) => string)
    | null
  readonly onEvent: ((event: ProviderEvent, provider: Provider) => Promise<void>) | null
}
