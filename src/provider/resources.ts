import type { Feature } from '../concepts.ts'
import { type ResourceOptions, resourcesFeature } from '../resources/index.ts'
import { createResourceStore } from '../store/d1/resources.ts'

/**
 * The feature that issues tokens for protected resources (RFC 8707, RFC 9728), with the provider's own database.
 * OAUTH_RESOURCES and the panel define them.
 * @example
 * const provider = createProvider({ features: [pages(), resources({ resources: { 'https://api.example/mcp': { name: 'Files' } } })] })
 */
export function resources(given: ResourceOptions = {}): Feature {
  return resourcesFeature(createResourceStore, given)
}
