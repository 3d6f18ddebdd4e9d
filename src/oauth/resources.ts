import type { KnownResource, Params, Provider } from '../concepts.ts'
import { identifierKey } from '../resource-identifier.ts'

/** Returns the keys under which the storage knows resources. */
export function keysOf(resources: readonly KnownResource[]): readonly string[] {
  return resources.map(({ identifier }) => identifierKey(identifier))
}

/**
 * Returns the resources that a request names (RFC 8707 2).
 * @returns an empty list if it names none, or none is set up
 * @throws {OAuthError} invalid_target
 */
export async function namedResources(params: Params, provider: Provider): Promise<readonly KnownResource[]> {
  return findResources(
    params.getAll('resource').filter((value) => value !== ''),
    provider,
  )
}

/**
 * Returns the resources with the given identifiers.
 * @throws {OAuthError} invalid_target
 */
export async function findResources(
  named: readonly string[],
  provider: Provider,
): Promise<readonly KnownResource[]> {
  if (named.length === 0) return []
  const found = await Promise.all(
    provider.resourceSources.map(async (source) => source.find(named, provider)),
  )
  return found.flat()
}
