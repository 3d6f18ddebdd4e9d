import type { KnownResource, Provider } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { invalidScope } from '../refusals.ts'
import { coversScope, fixedScopes, joinScope, withoutAdmin } from '../scope.ts'
import type { Settings } from '../settings/settings.ts'
import type { Client } from '../store/records.ts'

/**
 * Returns the scope of a request that names none: the default, or everything except `admin` that the client may have if the
 * default is not included. It may be empty.
 */
export function defaultScopeOf(client: Client, { settings }: Pick<Provider, 'settings'>): string {
  return client.scope === null || coversScope(client.scope, settings.defaultScope)
    ? settings.defaultScope
    : withoutAdmin(client.scope)
}

/**
 * Returns the same, limited to the scopes that exist.
 * @param known the existing scopes, out of the names in question
 * @param resources the resources that the request names
 * @throws {ConfigurationError} OAUTH_DEFAULT_SCOPE names a scope that does not exist
 * @throws {OAuthError} invalid_scope: none of the client's own scopes exists
 */
export function existingDefaultScope(
  client: Client,
  known: ReadonlySet<string>,
  provider: Provider,
  resources: readonly KnownResource[] = [],
): string {
  const scope = defaultScopeOf(client, provider)
  const names = scope.split(' ').filter((name) => known.has(name))
  if (scope === provider.settings.defaultScope && joinScope(names) !== scope) {
    throw missingDefault(scope.split(' ').filter((name) => !known.has(name)))
  }
  const taken = resources.length === 0 ? names : takenNames(names, resources, client, known)
  if (taken.length === 0) throw invalidScope()
  return joinScope(taken)
}

function missingDefault(names: readonly string[]): ConfigurationError {
  const named = JSON.stringify(names.join(' '))
  return new ConfigurationError(
    'OAUTH_DEFAULT_SCOPE',
    `holds ${named}, which neither OAUTH_SCOPES nor the scope table has`,
  )
}

/** Settings whose default scope this isolate has verified. */
const existing = new WeakSet<Settings>()

/**
 * Makes sure that the default scope exists, for a request that names none. Names from the scope table are looked up once in
 * each isolate.
 * @throws {ConfigurationError} OAUTH_DEFAULT_SCOPE names a scope that does not exist
 */
export async function checkDefaultScope(provider: Provider): Promise<void> {
  const { upkeep, settings } = provider
  const fixed = fixedScopes(provider)
  const asked = settings.defaultScope.split(' ').filter((name) => !fixed.includes(name))
  if (asked.length === 0 || upkeep === null || existing.has(settings)) return
  const found = await upkeep.findScopes(asked)
  const missing = asked.filter((name) => !found.includes(name))
  if (missing.length > 0) throw missingDefault(missing)
  existing.add(settings)
}

/**
 * Returns the part of the default that the resources accept; if there is none, the part of the client's scopes that they
 * accept.
 */
function takenNames(
  names: readonly string[],
  resources: readonly KnownResource[],
  client: Client,
  known: ReadonlySet<string>,
): readonly string[] {
  if (resources.some(({ scope }) => scope === null)) return names
  const own = resources.flatMap(({ scope }) => scope?.split(' ') ?? [])
  const taken = names.filter((name) => own.includes(name))
  if (taken.length > 0) return taken
  return withoutAdmin(own.join(' '))
    .split(' ')
    .filter((name) => known.has(name) && (client.scope === null || coversScope(client.scope, name)))
}

/**
 * Narrows a scope with the embedding Worker's `grantScope`, if there is one. The hook can remove names but never add any.
 * @param userId null if a client acts for itself, or nobody has signed in yet
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
