import type { KnownResource, Provider } from '../concepts.ts'
import { createScope } from '../scope.ts'
import { OPENID_SCOPES } from './openid-scopes.ts'

/**
 * Returns the scopes that resources accept: those that they list, those that these include by their bits, and those of
 * OpenID Connect, which are for the provider itself.
 * @returns null if one of them accepts every scope
 */
export function takenScopes(
  resources: readonly KnownResource[],
  { settings }: Pick<Provider, 'settings'>,
): readonly string[] | null {
  if (resources.some(({ scope }) => scope === null)) return null
  const listed = resources.flatMap(({ scope }) => scope?.split(' ') ?? [])
  const { toInt, toNames } = createScope(settings.scopes)
  return [...new Set([...listed, ...toNames(toInt(...listed)), ...OPENID_SCOPES])]
}
