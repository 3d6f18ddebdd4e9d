import type { ProviderEvent, RefusedRequest } from './hooks.ts'
import type { Provider } from './provider.ts'

/** Parameters of a request: each name once, none empty. All forms and queries are read through it. */
export interface Params {
  /** The value, or undefined if the parameter was left out, sent without a value (RFC 6749 3.1), or repeated. */
  get(name: string): string | undefined
  /** Every value of a name. */
  getAll(name: string): readonly string[]
  /** Names that were sent more than once but must not be. */
  readonly repeated: readonly string[]
}

/** What an endpoint for machines sees of a request. */
export interface EndpointRequest {
  readonly method: string
  /** As it arrived, with its origin and query. */
  readonly url: string
  readonly headers: Headers
  /** The form; the query if the endpoint takes no body; empty if it takes JSON. */
  readonly params: Params
  /** The body of an endpoint that takes JSON; undefined elsewhere. */
  readonly json: unknown
  /** Values of the `:name` parts of the endpoint's path. */
  readonly path: Readonly<Record<string, string>>
  /** The token that a bearer sent, not yet verified; the empty string at other endpoints. */
  readonly bearer: string
  /** Thumbprint of the key (RFC 7638) that the request has proved to hold; null if it has proved none. */
  readonly jkt: string | null
}

/** The successful answer of an endpoint for machines. */
export interface EndpointAnswer {
  /** An object is sent as JSON, a string with the `Content-Type` that `headers` gives, null without a body. */
  readonly body: object | string | null
  /** Defaults to the row's status. */
  readonly status?: 200 | 201 | 202 | 204 | 404 | 503
  readonly headers?: Readonly<Record<string, string>>
}

/** Names and meanings of parameters. */
export type ParameterMeanings = Readonly<Record<string, string>>

/**
 * An endpoint for machines, as one row. Its route, its entry in the metadata, its part of the OpenAPI document and of
 * docs/endpoints.md, its preflight, its errors, its refusal events and its challenges are all derived from it.
 */
export interface Endpoint {
  /** `oauth2`: below `paths.oauth2`, with or without a trailing slash. `root`: below the origin. */
  readonly at: 'oauth2' | 'root'
  /** Begins with a slash, may contain `:name` parts, also with a pattern, `:name{.+}`, and may end with `/*`. */
  readonly path: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body: 'form' | 'optional form' | 'json' | 'none'
  /**
   * Who authenticates. A client that fails to authenticate gets 401 and a challenge if it used the Authorization header (RFC
   * 6749 5.2); a `confidential client` always does. A bearer without a token is challenged before `answer` is called (RFC
   * 6750 3). A browser is refused if another site sends it.
   */
  readonly caller: 'client' | 'confidential client' | 'bearer' | 'browser' | 'nobody'
  /**
   * Whether a proof of possession is verified if the request carries one (RFC 9449 5), for `EndpointRequest.jkt`. It always
   * is if it comes with the token of a bearer.
   */
  readonly provesKey?: boolean
  /** Whether the token may also come as the form parameter `access_token` (RFC 6750 2.2). */
  readonly tokenInForm?: boolean
  /** Whether pages of any origin may call it, without the browser's credentials. */
  readonly cors: boolean
  /** Status of a successful answer; defaults to 200. */
  readonly status?: 200 | 201 | 202 | 204
  /** `Cache-Control` of a successful answer; defaults to `no-store`. */
  readonly cache?: string | ((provider: Provider) => string)
  /** The metadata member that announces its URL (RFC 8414 2), if any. */
  readonly metadata?: string | undefined
  /**
   * Whether it exists with these settings; by default it always does.
   * @param path of the request; undefined where the endpoints are listed
   */
  readonly available?: (
    provider: Pick<Provider, 'featureSettings' | 'issuer' | 'origin' | 'settings'>,
    path?: string,
  ) => boolean
  /** One line that names the section of its specification. */
  readonly summary: string
  /** The parameters that it reads; a repeated one is refused. Unknown parameters are ignored. */
  readonly parameters?:
    | ParameterMeanings
    | ((
        provider: Pick<Provider, 'authorizationParameters' | 'grantTypes' | 'issueTerms'>,
      ) => ParameterMeanings)
  /** Names of required parameters, for the documentation; `answer` itself refuses a request that lacks one. */
  readonly required?: readonly string[]
  /** Names that may be sent more than once. */
  readonly repeatable?: readonly string[]
  /** JSON schema of a successful answer, for the OpenAPI document. */
  readonly response?: Readonly<Record<string, unknown>>
  /** The event that reports a refusal to `onEvent`; defaults to `request_refused`. */
  readonly refusal?: (refused: RefusedRequest, request: EndpointRequest) => ProviderEvent
  /** @throws {OAuthError} to refuse the request; the caller adds the challenge and reports the event */
  answer(request: EndpointRequest, provider: Provider): Promise<EndpointAnswer>
}
