import type { IssueTerms, KnownResource, PlannedTerms, Provider } from '../concepts.ts'
import { takenScopes } from '../oauth/resource-scopes.ts'
import { keysOf, namedResources } from '../oauth/resources.ts'
import { invalidTarget } from '../refusals.ts'
import type { GrantDetails } from '../store/records.ts'
import { lifetimeOf, resourceDetails } from './authorization.ts'

/**
 * The parameter `resource` of token requests (RFC 8707 2.2). A code and a refresh token narrow the access token to some of the
 * resources of the grant, which stays as it is; a request that names none gets all of them. A user who allowed a grant
 * without a particular resource was not asked about any, so none of its tokens is for one.
 */
export const resourceTerms: IssueTerms = {
  parameters: {
    resource: 'The resource that the access token is for (RFC 8707); may be sent more than once',
  },
  async plan({ issue, issuing }, provider) {
    const named = issuing.params ? await namedResources(issuing.params, provider) : []
    if (named.length === 0) return {}
    const bounds = boundsOf(named, provider)
    const resource = keysOf(named)
    if (issue.claim?.kind === 'refresh') return { ...bounds, resource }
    const held = heldResources(issue.details)
    if (held === null && issue.claim?.kind !== 'code') {
      return { ...bounds, details: resourceDetails(named, provider) }
    }
    if (resource.some((key) => !held?.includes(key))) {
      throw invalidTarget('The grant is not for this resource.')
    }
    return { ...bounds, resource }
  },
}

/** Returns the limits of tokens for these resources. */
function boundsOf(named: readonly KnownResource[], provider: Provider): PlannedTerms {
  const within = takenScopes(named, provider)
  const lifetime = lifetimeOf(named, provider)
  return { ...(within && { within }), ...(lifetime !== undefined && { lifetime }) }
}

/** Returns the keys of the resources that a grant names already; null if it names none. */
function heldResources(details: GrantDetails | null | undefined): readonly unknown[] | null {
  const held: unknown = details?.['resource']
  return Array.isArray(held) ? held : null
}
