import type { ProviderEvent, RefusedRequest } from './hooks.ts'
import type { Provider } from './provider.ts'

/** Parameters of a request: each name once, none empty. Nothing else reads a form or a query. */
export interface Params {
  /** The value, or undefined where the parameter was left out, sent without a value (RFC 6749 3.1), or repeated. */
  get(name: string): string | undefined
  /** Every value of a name. */
  getAll(name: string): readonly string[]
  /** Names that were sent more than once, though they may not. */
  readonly repeated: readonly string[]
}

/** What an endpoint for machines reads of a request. */
export interface EndpointRequest {
  readonly method: string
  /** As it arrived, with its origin and query. */
  readonly url: string
  readonly headers: Headers
  /** The form; the query where the endpoint takes no body; empty where it takes JSON. */
  readonly params: Params
  /** The body of an endpoint that takes JSON; undefined elsewhere. */
  readonly json: unknown
  /** Values of the `:name` parts of the endpoint's path. */
  readonly path: Readonly<Record<string, string>>
  /** The token of an endpoint that a bearer calls, not yet verified; the empty string elsewhere. */
  readonly bearer: string
}

/** What an endpoint for machines answers with success. */
export interface EndpointAnswer {
  /** An object is sent as JSON, a text as its own `Content-Type` says, null as no body. */
  readonly body: object | string | null
  /** The row's status, if left out. */
  readonly status?: 200 | 201 | 202 | 204 | 503
  readonly headers?: Readonly<Record<string, string>>
}

/** Names and meanings of parameters. */
export type ParameterMeanings = Readonly<Record<string, string>>

/**
 * An endpoint for machines, as one row: its route, its entry in the metadata, its part of the OpenAPI document and of
 * docs/endpoints.md, its preflight, its errors, its refusal events and its challenges all follow from it.
 */
export interface Endpoint {
  /** `oauth2`: below `paths.oauth2`, with or without a slash at the end. `root`: of the origin. */
  readonly at: 'oauth2' | 'root'
  /** Begins with a slash; may hold `:name` parts, and end with `/*`. */
  readonly path: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body: 'form' | 'optional form' | 'json' | 'none'
  /**
   * Who authenticates. A client whose authentication fails is answered with 401 and a challenge where it used the
   * Authorization header (RFC 6749 5.2), a `confidential client` always. A bearer without a token is challenged before
   * `answer` is called (RFC 6750 3). A browser is refused where another site sends it.
   */
  readonly caller: 'client' | 'confidential client' | 'bearer' | 'browser' | 'nobody'
  /** The token may also come as the form parameter `access_token` (RFC 6750 2.2). */
  readonly tokenInForm?: boolean
  /** Pages of any origin may call it, without credentials of the browser. */
  readonly cors: boolean
  /** Of success; 200, if left out. */
  readonly status?: 200 | 201 | 202 | 204
  /** `Cache-Control` of success; `no-store`, if left out. */
  readonly cache?: string | ((provider: Provider) => string)
  /** The metadata member that announces its URL (RFC 8414 2); left out where none does. */
  readonly metadata?: string | undefined
  /** Whether it is there with these settings; it always is, if left out. */
  readonly available?: (provider: Pick<Provider, 'featureSettings' | 'settings'>) => boolean
  /** One line, with the section of its specification. */
  readonly summary: string
  /** What it reads, each name once: a repeated one is refused. Unknown parameters are ignored. */
  readonly parameters?: ParameterMeanings | ((provider: Pick<Provider, 'grantTypes'>) => ParameterMeanings)
  /** Names that must be there, for the documents; `answer` is what refuses. */
  readonly required?: readonly string[]
  /** Names that may be sent more than once. */
  readonly repeatable?: readonly string[]
  /** JSON schema of success, for the OpenAPI document. */
  readonly response?: Readonly<Record<string, unknown>>
  /** What `onEvent` is told of a refusal; `request_refused`, if left out. */
  readonly refusal?: (refused: RefusedRequest, request: EndpointRequest) => ProviderEvent
  /** @throws {OAuthError} what is refused; the challenge and the event are added to it */
  answer(request: EndpointRequest, provider: Provider): Promise<EndpointAnswer>
}
