import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { coversScope, joinScope } from '../scope.ts'
import type { Client } from '../store/records.ts'

/** The scope of a request that names none: the default, or all that the client may have, where that does not include it. */
export function defaultScopeOf(client: Client, { settings }: Pick<Provider, 'settings'>): string {
  return client.scope === null || coversScope(client.scope, settings.defaultScope)
    ? settings.defaultScope
    : client.scope
}

/**
 * Narrows a scope by `grantScope`, where the embedding Worker gives one. It can take names away, never add any.
 * @param userId null where a client acts for itself, or nobody has signed in yet
 * @throws {OAuthError} invalid_scope: nothing is left
 */
export function narrowScope(
  requested: string,
  client: Client,
  userId: string | null,
  provider: Provider,
): string {
  const { grantScope } = provider.hooks
  if (!grantScope) return requested
  const granted = grantScope(requested, { client, userId }).split(' ')
  const left = joinScope(requested.split(' ').filter((name) => granted.includes(name)))
  if (left === '') throw new OAuthError('invalid_scope', 'Invalid scope.')
  return left
}
