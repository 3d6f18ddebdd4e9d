import type { AuthorizationCheck, GrantDetailsReader, KnownResource, Provider } from '../concepts.ts'
import { takenScopes } from '../oauth/resource-scopes.ts'
import { keysOf, namedResources } from '../oauth/resources.ts'
import { invalidScope } from '../refusals.ts'
import { requestedScope } from '../scope.ts'
import type { GrantDetails } from '../store/records.ts'

/** RFC 8707 2: the resources are known, and the scopes are theirs. */
export const checkResources: AuthorizationCheck = async ({ params }, provider) => {
  const resources = await namedResources(params, provider)
  const taken = resources.length === 0 ? null : takenScopes(resources, provider)
  const names = requestedScope(params.get('scope'))?.split(' ') ?? []
  if (taken && names.some((name) => !taken.includes(name))) throw invalidScope()
}

/** Reads what the grant of an approved request keeps: the named resources. */
export const readResourceDetails: GrantDetailsReader = async ({ resources }, _session, provider) =>
  resourceDetails(resources, provider)

/** Returns what a grant keeps about the resources of its tokens: their identifiers, and the shortest of their lifetimes. */
export function resourceDetails(resources: readonly KnownResource[], provider: Provider): GrantDetails {
  if (resources.length === 0) return {}
  const lifetime = lifetimeOf(resources, provider)
  return {
    resource: keysOf(resources),
    ...(lifetime !== undefined && { lifetime }),
  }
}

/** Returns the longest that an access token for all of these is valid, in seconds; undefined if they do not limit it. */
export function lifetimeOf(resources: readonly KnownResource[], provider: Provider): number | undefined {
  // If no feature issues JWTs, no token is one.
  const [ofJwt = null] = provider.tokenFormats.flatMap((format) => format.lifetime?.(provider) ?? [])
  const limits = resources.flatMap(({ accessTokenLifetime, tokenFormat }) => {
    const limit = accessTokenLifetime ?? (tokenFormat === 'jwt' ? ofJwt : null)
    return limit === null ? [] : [limit]
  })
  return limits.length === 0 ? undefined : Math.min(...limits)
}
