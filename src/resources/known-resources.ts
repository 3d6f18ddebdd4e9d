import type { KnownResource, Provider, ProviderBindings, ResourceSource } from '../concepts.ts'
import { invalidTarget } from '../refusals.ts'
import { identifierKey, isIdentifier } from '../resource-identifier.ts'
import { settingsOf } from '../settings/settings.ts'
import { keepList } from '../store/kept-list.ts'
import type { ResourceStore } from '../store/resource-store.ts'
import { storeOver } from '../store/store-over.ts'
import { RESOURCE_SETTINGS } from './settings.ts'

/** The most resources that one request may name. */
const MAX_NAMED = 20

/** The resources of a provider, in an isolate's memory. */
export interface KnownResources extends ResourceSource {
  /** Returns the storage in the provider's database. */
  readonly storeOf: (provider: { readonly bindings: ProviderBindings }) => ResourceStore
  /** Forgets the resources, as they have been changed here. */
  readonly forget: (settings: object) => void
}

/**
 * Keeps the resources of each environment: those of OAUTH_RESOURCES, then those of the table, read once and then kept, so that no
 * request waits for them.
 * @param createStore the storage over a database
 */
export function keepResources(createStore: (db: D1Database) => ResourceStore): KnownResources {
  const storeOf: KnownResources['storeOf'] = storeOver(createStore, 'resources are stored there')

  const kept = keepList(async (provider) =>
    joinResources(settingsResources(provider), await storeOf(provider).listResources()),
  )

  return {
    storeOf,
    forget: kept.forget,
    list: async (provider) => (await kept.current(provider)).rows,
    async find(named, provider) {
      const known = await kept.current(provider)
      // If there are none, tokens are for any API that accepts them, and the parameter has no meaning (RFC 6749 3.2).
      if (known.rows.length === 0) return []
      if (named.length > MAX_NAMED) throw invalidTarget('The request names too many resources.')
      checkIdentifiers(named)
      const found = match(named, known.rows, provider)
      if (found) return found
      // It may be new.
      const again = known.at < provider.request.now ? await kept.read(provider) : known
      const matched = match(named, again.rows, provider)
      if (!matched) throw invalidTarget('The resource is unknown here.')
      return matched
    },
  }
}

/** Returns the resources of the setting. */
export function settingsResources(provider: Pick<Provider, 'featureSettings'>): readonly KnownResource[] {
  return settingsOf(RESOURCE_SETTINGS, provider).resources
}

/** Returns those of the setting, then those of the table that it does not name; the first of several spellings. */
export function joinResources<R extends KnownResource>(set: readonly R[], rows: readonly R[]): readonly R[] {
  const byKey = Map.groupBy([...set, ...rows], ({ identifier }) => identifierKey(identifier))
  return [...byKey.values()].flatMap(([first]) => first ?? [])
}

/** @throws {OAuthError} invalid_target (RFC 8707 2) */
function checkIdentifiers(named: readonly string[]): void {
  if (named.every(isIdentifier)) return
  throw invalidTarget('A resource must be an absolute URI without a fragment.')
}

/** Returns the resources with these names, each once, sorted by identifier; null if one is unknown. */
function match(
  named: readonly string[],
  resources: readonly KnownResource[],
  provider: Pick<Provider, 'origin' | 'settings'>,
): readonly KnownResource[] | null {
  const all = new Map(
    [...resources, ownOrigin(provider)].toReversed().map((known) => [identifierKey(known.identifier), known]),
  )
  const found = [...new Set(named.map(identifierKey))].toSorted().map((key) => all.get(key))
  return found.every((known) => known !== undefined) ? found : null
}

/** The provider's own origin, for the APIs beside it that have no resource of their own. */
function ownOrigin({ origin, settings }: Pick<Provider, 'origin' | 'settings'>): KnownResource {
  return {
    identifier: origin,
    name: settings.siteName,
    scope: null,
    tokenFormat: 'opaque',
    accessTokenLifetime: null,
  }
}
