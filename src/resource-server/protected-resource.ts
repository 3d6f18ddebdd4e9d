/** Where protected resources are described (RFC 9728 3). */
const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * The address of a resource's description: its path goes behind the well-known one (RFC 9728 3.1).
 * @param issuer the origin that the world knows, whatever host a proxy asked for
 * @param url of the request; its query is no part of the resource
 */
export function resourceMetadataUrl(issuer: string, url: string): string {
  const { pathname } = new URL(url)
  return `${issuer}${WELL_KNOWN}${pathname === '/' ? '' : pathname}`
}

/**
 * The resource that an address of a description stands for (RFC 9728 3.3).
 * @param issuer the origin that the world knows
 * @param url of the request for the description
 */
export function describedResource(issuer: string, url: string): string {
  return `${issuer}${new URL(url).pathname.slice(WELL_KNOWN.length)}`
}

/** What a protected resource says of itself (RFC 9728 2). */
export interface ProtectedResource {
  /** Identifier of the resource: its URL. */
  readonly resource: string
  /** Issuers whose tokens it takes. */
  readonly authorizationServers: readonly string[]
  readonly scopes: readonly string[]
}

/** Protected resource metadata, for `/.well-known/oauth-protected-resource` of the resource's origin (RFC 9728 3). */
export function protectedResourceMetadata(described: ProtectedResource): Readonly<Record<string, unknown>> {
  return {
    resource: described.resource,
    authorization_servers: described.authorizationServers,
    scopes_supported: described.scopes,
    bearer_methods_supported: ['header'],
  }
}
