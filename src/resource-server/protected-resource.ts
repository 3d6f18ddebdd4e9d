import { wellKnownUrl } from '../well-known.ts'

/** Where protected resources are described (RFC 9728 3). */
const NAME = 'oauth-protected-resource'

/** Returns the address of a resource's metadata, with its path after the well-known one (RFC 9728 3.1). */
export function resourceMetadataUrl(resource: string): string {
  return wellKnownUrl(NAME, resource)
}

/**
 * Returns the resource that a metadata address describes (RFC 9728 3.3).
 * @param origin the public one
 * @param url    of the request for the metadata
 */
export function describedResource(origin: string, url: string): string {
  const { pathname, search } = new URL(url)
  return `${origin}${pathname.slice(`/.well-known/${NAME}`.length)}${search}`
}

/** The description of a protected resource (RFC 9728 2). */
export interface ProtectedResource {
  /** Identifier of the resource: its URL. */
  readonly resource: string
  /** The name that people see. */
  readonly name?: string
  /** Issuers whose tokens it accepts. */
  readonly authorizationServers: readonly string[]
  readonly scopes: readonly string[]
}

/** Returns protected resource metadata, for `/.well-known/oauth-protected-resource` of the resource's origin (RFC 9728 3). */
export function protectedResourceMetadata(described: ProtectedResource): Readonly<Record<string, unknown>> {
  return {
    resource: described.resource,
    ...(described.name !== undefined && { resource_name: described.name }),
    authorization_servers: described.authorizationServers,
    // This scope is for the authorization server; a resource does not require it (MCP, Authorization).
    scopes_supported: described.scopes.filter((name) => name !== 'offline_access'),
    bearer_methods_supported: ['header'],
  }
}
