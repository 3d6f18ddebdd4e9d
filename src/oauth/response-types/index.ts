import type { Provider, ResponseType } from '../../concepts.ts'
import { code } from './code.ts'
import { token } from './token.ts'

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
