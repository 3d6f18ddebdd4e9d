import type { Provider } from '../../concepts.ts'
import type { Approval } from '../authorize/answer.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import { code } from './code.ts'
import { token } from './token.ts'

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

/** Parts of response types under their registered names. */
export const responseTypes: Readonly<Record<string, ResponseType>> = { code, token }

/**
 * The one spelling of a response type, whose parts may come in any order (RFC 6749 3.1.1).
 * @param value parts separated by spaces, as in requests, or by `+`, as in settings
 */
export function normalResponseType(value: string): string {
  return value.split(/[ +]/).toSorted().join(' ')
}

/**
 * The parts of a response type, in the order in which they answer; parts that the provider does not have are left out.
 * @param responseType as `normalResponseType` spells it
 */
export function responseTypeParts(
  responseType: string,
  { responseTypes: table }: Pick<Provider, 'responseTypes'>,
): readonly ResponseType[] {
  const names = responseType.split(' ')
  return Object.entries(table).flatMap(([name, part]) => (names.includes(name) ? [part] : []))
}

/** The response types that the provider answers: those of the settings whose every part it has. */
export function supportedResponseTypes({
  responseTypes: table,
  settings,
}: Pick<Provider, 'responseTypes' | 'settings'>): readonly string[] {
  return settings.responseTypeChoices
    .map(normalResponseType)
    .filter((choice) => choice.split(' ').every((name) => Object.hasOwn(table, name)))
}
