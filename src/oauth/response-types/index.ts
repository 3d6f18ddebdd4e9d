import type { Provider } from '../../concepts.ts'
import type { Approval } from '../authorize/answer.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import { code } from './code.ts'
import { token } from './token.ts'

/** A response type of the authorization endpoint (RFC 6749 3.1.1, 8.4). */
export interface ResponseType {
  /** The response mode where the request names none. */
  readonly defaultMode: 'query' | 'fragment'
  /**
   * The grant type that a client must have, too (RFC 7591 2.1). Of a response type of one's own it is all that a client must
   * have: clients are registered for `code` and `token` alone. Where not every client of `authorization_code` shall use it,
   * name a grant type of one's own, an absolute URI.
   */
  readonly grantType: string
  /** The rules of PKCE bind it. */
  readonly usesPkce: boolean
  /**
   * Makes the parameters of the answer, beside `state` and `iss`, and saves the approval.
   * @throws {OAuthError} what the issuing refuses
   */
  answer(
    request: AuthorizationRequest,
    approval: Approval,
    provider: Provider,
  ): Promise<Readonly<Record<string, string>>>
}

/** Response types under their registered names. */
export const responseTypes: Readonly<Record<string, ResponseType>> = { code, token }
