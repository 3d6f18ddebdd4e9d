import type { KnownResource, Provider } from '../concepts.ts'
import { identifierKey } from '../resource-identifier.ts'

/** Returns every protected resource that is set up, from all sources. */
export async function knownResources(provider: Provider): Promise<readonly KnownResource[]> {
  const lists = await Promise.all(provider.resourceSources.map(async (source) => source.list(provider)))
  return lists.flat()
}

/**
 * Returns what tokens name as their audience (RFC 9068 3): the present spelling of resources, whatever the client wrote and
 * whatever it was when the grant was given, as an API compares it with its own address, letter by letter.
 * @param resource their keys
 */
export async function audienceOf(
  resource: readonly string[],
  provider: Provider,
): Promise<readonly string[]> {
  if (resource.length === 0) return resource
  const known = await knownResources(provider)
  return resource.map(
    (key) => known.find(({ identifier }) => identifierKey(identifier) === key)?.identifier ?? key,
  )
}
