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
