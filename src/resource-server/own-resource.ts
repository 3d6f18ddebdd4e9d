import type { Context, Env } from 'hono'
import type { Provider } from '../concepts.ts'
import { identifierKey, isBelow } from '../resource-identifier.ts'
import { knownResources } from '../tokens/audience.ts'
import { readAccessToken, verifyAccessToken } from '../tokens/verify.ts'
import { resourceMetadataUrl } from './protected-resource.ts'
import type { AskedResource, RequireScopeOptions } from './require-scope.ts'

/**
 * Returns how an API in the provider's own Worker is protected.
 * @param providerOf returns the provider of a request
 *
 * @param named the API's resource: an identifier, or a path of the provider's origin; defaults to the address of the
 * request
 * @param asksStorage whether to look up a self-contained token, too
 */
export function ownResource<E extends Env>(
  providerOf: (c: Context<E>) => Provider | Promise<Provider>,
  named?: string,
  asksStorage = true,
): Required<Pick<RequireScopeOptions<E>, 'resource' | 'scopes' | 'verify'>> {
  return {
    verify: async (token, c) => {
      const provider = await providerOf(c)
      const read = asksStorage ? null : await readAccessToken(token, provider)
      return read ?? verifyAccessToken(token, provider)
    },
    scopes: async (c) => (await providerOf(c)).settings.scopes,
    resource: async (c) => askedResource(c.req.url, await providerOf(c), named),
  }
}

/** Returns the resource that a request to the provider's Worker is for, at the public origin. */
async function askedResource(url: string, provider: Provider, named?: string): Promise<AskedResource> {
  const { origin } = provider
  if (named !== undefined) {
    const identifier = named.startsWith('/') ? `${origin}${named}` : named
    return { identifier, isNamed: true, metadata: resourceMetadataUrl(identifier) }
  }
  const { pathname, search } = new URL(url)
  const address = `${origin}${pathname}`
  const known = await knownResources(provider)
  const [nearest] = known
    .map(({ identifier }) => identifier)
    .filter((identifier) => isBelow(`${address}${search}`, identifier))
    .toSorted((a, b) => identifierKey(b).length - identifierKey(a).length)
  if (nearest !== undefined)
    return { identifier: nearest, isNamed: true, metadata: resourceMetadataUrl(nearest) }
  // If nothing is set up, every address of the origin is described.
  return {
    identifier: origin,
    isNamed: false,
    metadata: resourceMetadataUrl(known.length === 0 ? address : origin),
  }
}
