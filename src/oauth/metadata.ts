import type { Provider } from '../context.ts'

/** Authorization server metadata (RFC 8414 2), computed from the provider's own tables, so it cannot say what is not so. */
export function authorizationServerMetadata(provider: Provider): Readonly<Record<string, unknown>> {
  const { clientAuthMethods, grantTypes, issuer, path, settings } = provider
  const methods = Object.keys(clientAuthMethods)
  return {
    issuer,
    token_endpoint: `${issuer}${path}/token`,
    revocation_endpoint: `${issuer}${path}/revoke`,
    introspection_endpoint: `${issuer}${path}/introspect`,
    scopes_supported: Object.keys(settings.scopes),
    response_types_supported: [],
    grant_types_supported: Object.keys(grantTypes),
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
  }
}
