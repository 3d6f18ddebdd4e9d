/**
 * Returns the address of a document about an issuer or a resource, which puts the document's name before the path (RFC 8414
 * 3.1, RFC 9728 3.1).
 * @param name such as `oauth-protected-resource`
 */
export function wellKnownUrl(name: string, identifier: string): string {
  const { origin, search } = new URL(identifier)
  return `${origin}/.well-known/${name}${pathOf(identifier)}${search}`
}

/** Returns the address of an issuer's metadata, which leaves out a terminating slash (RFC 8414 3.1). */
export function issuerMetadataUrl(issuer: string): string {
  return wellKnownUrl('oauth-authorization-server', issuer.replace(/\/$/, ''))
}

/** Returns the path of an issuer or a resource; empty if it is an origin. */
export function pathOf(identifier: string): string {
  const { pathname } = new URL(identifier)
  return pathname === '/' ? '' : pathname
}
