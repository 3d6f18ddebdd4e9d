import type { Provider } from '../concepts.ts'
import { responseTypeParts, supportedResponseTypes } from './response-types/index.ts'

/** Authorization server metadata (RFC 8414 2), computed from the provider's own tables, so it cannot say what is not so. */
export function authorizationServerMetadata(provider: Provider): Readonly<Record<string, unknown>> {
  const { clientAuthMethods, grantTypes, issuer, paths, responseModes, settings } = provider
  const types = supportedResponseTypes(provider)
  const frontChannel = types
    .flatMap((type) => responseTypeParts(type, provider))
    .map((part) => part.grantType)
  const methods = Object.keys(clientAuthMethods)
  return {
    issuer,
    authorization_endpoint: `${issuer}${paths.oauth2}/authorize`,
    token_endpoint: `${issuer}${paths.oauth2}/token`,
    revocation_endpoint: `${issuer}${paths.oauth2}/revoke`,
    introspection_endpoint: `${issuer}${paths.oauth2}/introspect`,
    scopes_supported: Object.keys(settings.scopes),
    response_types_supported: types,
    response_modes_supported: Object.keys(responseModes),
    grant_types_supported: [...new Set([...Object.keys(grantTypes), ...frontChannel])],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
  }
}
