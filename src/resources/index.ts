import type { Feature } from '../concepts.ts'
import type { ResourceStore } from '../store/resource-store.ts'
import { checkResources, readResourceDetails } from './authorization.ts'
import { keepResources } from './known-resources.ts'
import { resourceRecords } from './records.ts'
import { RESOURCE_SETTINGS } from './settings.ts'
import { resourceTerms } from './terms.ts'

/** Options of the feature; its variable sets the rest. */
export interface ResourceOptions {
  /** As in OAUTH_RESOURCES: an object, or its JSON. */
  readonly resources?: string | Readonly<Record<string, object>>
}

/**
 * Protected resources that tokens are for (RFC 8707, RFC 9728), as a feature.
 * @param createStore the storage over a database
 */
export function resourcesFeature(
  createStore: (db: D1Database) => ResourceStore,
  given: ResourceOptions,
): Feature {
  const known = keepResources(createStore)
  return {
    name: 'resources',
    // Clients that want refresh tokens request it if the metadata lists it (OpenID Connect Core 11), regardless of the server.
    scopes: ['offline_access'],
    settings: { rows: RESOURCE_SETTINGS, given: { ...given } },
    authorizationParameters: {
      resource: {
        meaning: 'The resource that the access is for (RFC 8707); may be sent more than once',
        repeats: true,
      },
    },
    authorizationChecks: [checkResources],
    grantDetails: [readResourceDetails],
    resourceSources: [known],
    issueTerms: [resourceTerms],
    adminResources: [resourceRecords(known)],
  }
}
