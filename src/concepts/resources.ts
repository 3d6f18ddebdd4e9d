import type { GrantDetails } from '../store/records.ts'
import type { ParameterMeanings } from './endpoint.ts'
import type { Provider } from './provider.ts'
import type { Issue, Issuing } from './tokens.ts'

/** A protected resource that tokens can be for (RFC 8707 2, RFC 9728 2). */
export interface KnownResource {
  /** An absolute URI without a fragment, which tokens name as their audience. */
  readonly identifier: string
  /** The name that people see. */
  readonly name: string
  /** Scopes that it accepts, names separated by spaces; null for every scope. */
  readonly scope: string | null
  readonly tokenFormat: 'jwt' | 'opaque'
  /** The longest that an access token for it is valid, in seconds; null if the client and the settings decide. */
  readonly accessTokenLifetime: number | null
}

/** A source of protected resources. */
export interface ResourceSource {
  /** Returns every resource that is set up. If there is none, requests may name any. */
  list(provider: Provider): Promise<readonly KnownResource[]>
  /**
   * Returns the resources that a request names (RFC 8707 2).
   * @param named values of its `resource` parameters, as sent
   * @throws {OAuthError} invalid_target: one of them is malformed or unknown
   */
  find(named: readonly string[], provider: Provider): Promise<readonly KnownResource[]>
}

/** What a feature decides about tokens that are about to be issued, before the commit. */
export interface PlannedTerms {
  /** What a new grant keeps, besides its details. */
  readonly details?: GrantDetails
  /** Keys of the resources that the access token is for, if it is not for all of the grant's. */
  readonly resource?: readonly string[]
  /** The only scopes that may be granted. */
  readonly within?: readonly string[]
  /** The longest that the access token is valid, in seconds. */
  readonly lifetime?: number
}

/** A rule about what the token endpoint issues, whatever the grant type. */
export interface IssueTerms {
  /** Parameters of token requests that it reads; all of them may be sent more than once. */
  readonly parameters: ParameterMeanings
  /** @throws {OAuthError} what the client is told, once it has authenticated */
  plan(asked: { readonly issuing: Issuing; readonly issue: Issue }, provider: Provider): Promise<PlannedTerms>
}
