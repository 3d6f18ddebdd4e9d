import type { Provider } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { invalidScope } from '../refusals.ts'
import { coversScope, joinScope, withoutAdmin } from '../scope.ts'
import type { Client } from '../store/records.ts'

/**
 * The scope of a request that names none: the default, or all that the client may have but `admin`, where that does not include
 * it. It may be empty.
 */
export function defaultScopeOf(client: Client, { settings }: Pick<Provider, 'settings'>): string {
  return client.scope === null || coversScope(client.scope, settings.defaultScope)
    ? settings.defaultScope
    : withoutAdmin(client.scope)
}

/**
 * The same, cut to the scopes that exist.
 * @param known of the names in question, those that exist
 * @throws {ConfigurationError} OAUTH_DEFAULT_SCOPE names a scope that does not exist
 * @throws {OAuthError} invalid_scope: none of the client's own scopes exists
 */
export function existingDefaultScope(client: Client, known: ReadonlySet<string>, provider: Provider): string {
  const scope = defaultScopeOf(client, provider)
  const names = scope.split(' ').filter((name) => known.has(name))
  if (scope === provider.settings.defaultScope && joinScope(names) !== scope) {
    const missing = scope.split(' ').filter((name) => !known.has(name))
    throw new ConfigurationError(
      'OAUTH_DEFAULT_SCOPE',
      `holds ${JSON.stringify(missing.join(' '))}, which neither OAUTH_SCOPES nor the scope table has`,
    )
  }
  if (names.length === 0) throw invalidScope()
  return joinScope(names)
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
  if (left === '') throw invalidScope()
  return left
}
