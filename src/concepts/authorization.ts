import type { Approval } from '../oauth/authorize/answer.ts'
import type { AuthorizationRequest } from '../oauth/authorize/request.ts'
import type { Client, Consent, GrantDetails, Session } from '../store/records.ts'
import type { Params } from './endpoint.ts'
import type { Provider } from './provider.ts'

/** Where the answer may go: whoever holds one may redirect. */
export interface RedirectTarget {
  readonly client: Client
  /** The URI of the request, which may differ from the registered one by the port of a loopback address. */
  readonly uri: string
  /** The URI as it is registered. */
  readonly registered: string
  /** The request named it. */
  readonly given: boolean
}

/** What a check looks at. */
export interface CheckedRequest {
  readonly params: Params
  readonly target: RedirectTarget
  readonly client: Client
  /** Of the names that the request and the client use, those that exist. */
  readonly knownScopes: ReadonlySet<string>
}

/** One rule that an authorization request must keep; throws the OAuthError that the client is sent. */
export type AuthorizationCheck = (request: CheckedRequest, provider: Provider) => void | Promise<void>

/** What becomes of a parameter of the authorization request while its user answers. */
export interface AuthorizationParameter {
  /** What it is, for the documents. */
  readonly meaning: string
  /** It may be sent more than once. */
  readonly repeats?: boolean
  /** It travels on with the code into the grant, as a member of the request claims: token members read it there. */
  readonly isClaim?: boolean
}

/** How an answer leaves: a redirect, or a form that the browser posts to the client. */
export type Redirection =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'form'; readonly action: string; readonly fields: Readonly<Record<string, string>> }

/** Puts an answer's parameters on their way to a redirect URI. */
export type ResponseMode = (redirectUri: string, answer: AnswerParameters) => Redirection

/** Parameters of an answer, by name. */
export type AnswerParameters = Readonly<Record<string, string>>

/** One part of a response type (RFC 6749 3.1.1, 8.4): a request names one, or several in any order. */
export interface ResponseType {
  /** The response mode of an answer that this part is in, where the request names none; `fragment` is stronger. */
  readonly defaultMode: 'query' | 'fragment'
  /** The grant type that a client must have to use this part (RFC 7591 2.1). */
  readonly grantType: string
  /** The rules of PKCE bind it. */
  readonly usesPkce: boolean
  /**
   * Makes this part's parameters of the answer, beside `state` and `iss`. The parts of a request run one after the other, in
   * the order of the provider's table.
   * @param before what the parts before this one made, such as the code that an ID token holds a hash of
   * @throws {OAuthError} what the issuing refuses
   */
  answer(
    request: AuthorizationRequest,
    approval: Approval,
    before: AnswerParameters,
    provider: Provider,
  ): Promise<AnswerParameters>
}

/**
 * Fetches the parameters of a request that names them instead of bringing them: a pushed request (RFC 9126), a request object
 * (RFC 9101). It is asked before anything else looks at the request.
 * @returns the parameters to go on with; null where the request brings its own
 * @throws {OAuthError} for a page: who asks is not known yet
 */
export type ParameterSource = (params: Params, provider: Provider) => Promise<Params | null>

/**
 * Sees to it that the storage knows a client before it is looked up: one that is described by a document (client id metadata
 * documents). Returns at once for names that are not its business.
 * @throws {OAuthError} invalid_client: the name is its business, and nothing good is behind it
 */
export type ClientSource = (clientId: string, provider: Provider) => Promise<void>

/** What decides the next step of a request. */
export interface InteractionState {
  readonly request: AuthorizationRequest
  readonly params: Params
  readonly session: Session | null
  /** The user's last one to this client. */
  readonly consent: Consent | null
  /** When the request came, in seconds: who must act again must do it after that. */
  readonly capturedAt: number
}

/**
 * One rule about what a person who has signed in must still do before a request is answered. It is asked after the built-in
 * rules.
 * @returns `login` or `consent` to demand that page, a path of this origin to show a page of one's own (it gets `request`, the
 *   id of the captured request, in its query), null where it has no opinion
 * @throws {OAuthError} what the client is told where it wants no page (`prompt=none`)
 */
export type InteractionRule = (
  state: InteractionState & { readonly session: Session },
  provider: Provider,
) => Demanded | Promise<Demanded>

/** What an interaction rule demands. */
export type Demanded = 'login' | 'consent' | `/${string}` | null

/**
 * Reads what a grant keeps of the request that a user has just approved: its members join those of other features, and token
 * members find them again in `IssuedTokens.details`.
 * @throws {OAuthError} what the client is told: nothing has been issued yet
 */
export type GrantDetailsReader = (
  request: AuthorizationRequest,
  session: Session,
  provider: Provider,
) => Promise<GrantDetails>
