import type { Provider, ResponseType } from '../../concepts.ts'
import { code } from './code.ts'
import { token } from './token.ts'

/** Parts of response types under their registered names. */
export const responseTypes: Readonly<Record<string, ResponseType>> = { code, token }

/**
 * Returns the normal spelling of a response type, whose parts may come in any order (RFC 6749 3.1.1).
 * @param value parts separated by spaces, as in requests, or by `+`, as in settings
 */
export function normalResponseType(value: string): string {
  return value.split(/[ +]/).toSorted().join(' ')
}

/**
 * Returns the parts of a response type, in the order in which they answer, without parts that the provider does not have.
 * @param responseType as `normalResponseType` spells it
 */
export function responseTypeParts(
  responseType: string,
  { responseTypes: table }: Pick<Provider, 'responseTypes'>,
): readonly ResponseType[] {
  const names = responseType.split(' ')
  return Object.entries(table).flatMap(([name, part]) => (names.includes(name) ? [part] : []))
}

/** Returns the response types that the provider answers: those in the settings of which it has every part. */
export function supportedResponseTypes({
  responseTypes: table,
  settings,
}: Pick<Provider, 'responseTypes' | 'settings'>): readonly string[] {
  return settings.responseTypeChoices
    .map(normalResponseType)
    .filter((choice) => choice.split(' ').every((name) => Object.hasOwn(table, name)))
}

/** Returns the grant types that clients can use: those of the token endpoint, and those of the supported response types (RFC 7591 2.1). */
export function usableGrantTypes(
  provider: Pick<Provider, 'grantTypes' | 'responseTypes' | 'settings'>,
): readonly string[] {
  const frontChannel = supportedResponseTypes(provider)
    .flatMap((type) => responseTypeParts(type, provider))
    .map(({ grantType }) => grantType)
  return [...new Set([...Object.keys(provider.grantTypes), ...frontChannel])]
}
