import type { Approval } from '../oauth/authorize/answer.ts'
import type { AuthorizationRequest } from '../oauth/authorize/request.ts'
import type { Client, Consent, GrantDetails, Session } from '../store/records.ts'
import type { Params } from './endpoint.ts'
import type { Provider } from './provider.ts'

/** Where the answer may go. Code that holds one is allowed to redirect. */
export interface RedirectTarget {
  readonly client: Client
  /** The URI of the request, which may differ from the registered one in the port of a loopback address. */
  readonly uri: string
  /** The registered URI. */
  readonly registered: string
  /** Whether the request named it. */
  readonly given: boolean
}

/** What a check sees. */
export interface CheckedRequest {
  readonly params: Params
  readonly target: RedirectTarget
  readonly client: Client
  /** The scopes that exist, out of those that the request and the client name. */
  readonly knownScopes: ReadonlySet<string>
}

/** One rule that an authorization request must keep; throws the OAuthError that the client receives. */
export type AuthorizationCheck = (request: CheckedRequest, provider: Provider) => void | Promise<void>

/** What happens to a parameter of the authorization request while its user decides. */
export interface AuthorizationParameter {
  /** What it means, for the documentation. */
  readonly meaning: string
  /** Whether it may be sent more than once. */
  readonly repeats?: boolean
  /** Whether the code and then the grant keep it among the request claims, where token members read it. */
  readonly isClaim?: boolean
}

/** How an answer leaves: a redirect, or a form that the browser posts to the client. */
export type Redirection =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'form'; readonly action: string; readonly fields: Readonly<Record<string, string>> }

/** Sends the parameters of an answer to a redirect URI. */
export type ResponseMode = (redirectUri: string, answer: AnswerParameters) => Redirection

/** Parameters of an answer, by name. */
export type AnswerParameters = Readonly<Record<string, string>>

/** One part of a response type (RFC 6749 3.1.1, 8.4): a request names one, or several in any order. */
export interface ResponseType {
  /** The response mode of an answer with this part if the request names none; `fragment` takes precedence. */
  readonly defaultMode: 'query' | 'fragment'
  /** The grant type that a client must have to use this part (RFC 7591 2.1). */
  readonly grantType: string
  /** Whether the rules of PKCE apply to it. */
  readonly usesPkce: boolean
  /**
   * Returns this part's parameters of the answer, besides `state` and `iss`. The parts of a request run one after another,
   * in the order of the provider's table.
   * @param before what the parts before this one returned, such as the code whose hash an ID token holds
   * @throws {OAuthError} if issuing is refused
   */
  answer(
    request: AuthorizationRequest,
    approval: Approval,
    before: AnswerParameters,
    provider: Provider,
  ): Promise<AnswerParameters>
}

/**
 * Fetches the parameters of a request that refers to them instead of carrying them: a pushed request (RFC 9126), a request object
 * (RFC 9101). It runs before anything else reads the request.
 * @returns the parameters to continue with; null if the request carries its own
 * @throws {OAuthError} to be shown on a page, as the client is not known yet
 */
export type ParameterSource = (params: Params, provider: Provider) => Promise<Params | null>

/** A source of clients that nobody registered, such as client ID metadata documents. */
export interface ClientSource {
  /** The ids that it is responsible for; it costs nothing for any other client. */
  readonly clientIds: RegExp
  /**
   * Makes sure that the storage knows a client.
   * @param when `before`: the client is read next. `beside`: a commit that verifies the client comes next and must not wait,
   *   so that any trip continues after the answer, and a client recovery tries again if the commit is refused
   * @throws {OAuthError} invalid_client: the id leads to no usable client
   */
  prepare(clientId: string, provider: Provider, when: 'before' | 'beside'): Promise<void>
}

/** What decides the next step of a request. */
export interface InteractionState {
  readonly request: AuthorizationRequest
  readonly params: Params
  readonly session: Session | null
  /** The user's last consent to this client. */
  readonly consent: Consent | null
  /** When the request arrived, in seconds; a user who must act again must do so after that. */
  readonly capturedAt: number
}

/**
 * One rule about what a signed-in person must still do before a request is answered. It runs after the built-in rules.
 * @returns `login` or `consent` to demand that page, a path of this origin to show a custom page (whose query gets
 *   `request`, the id of the captured request), null to demand nothing
 * @throws {OAuthError} what the client is told if it allows no page (`prompt=none`)
 */
export type InteractionRule = (
  state: InteractionState & { readonly session: Session },
  provider: Provider,
) => Demanded | Promise<Demanded>

/** What an interaction rule demands. */
export type Demanded = 'login' | 'consent' | `/${string}` | null

/**
 * Checks a request that its user has just approved, before anything is issued; it spends whatever may be answered only once.
 * The same browser may send the same approval again, such as when a button is pressed twice, and then gets the same answer.
 * @throws {OAuthError} what the client is told
 */
export type ApprovalCheck = (
  request: AuthorizationRequest,
  session: Session,
  provider: Provider,
) => Promise<void>

/**
 * Reads what a grant keeps of the request that a user has just approved, in a browser or for a device. The members are
 * merged with those of other features; token members read them from `IssuedTokens.details`.
 * @throws {OAuthError} what the client is told: nothing has been issued yet
 */
export type GrantDetailsReader = (
  request: Pick<AuthorizationRequest, 'client' | 'params' | 'resources' | 'scope'>,
  session: Session,
  provider: Provider,
) => Promise<GrantDetails>
