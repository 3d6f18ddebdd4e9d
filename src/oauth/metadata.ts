import type { Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { fixedScopes } from '../scope.ts'
import { responseTypeParts, supportedResponseTypes } from './response-types/index.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * Authorization server metadata (RFC 8414 2), computed from the provider's own tables and endpoints, so it cannot say what is
 * not so.
 */
export function authorizationServerMetadata(provider: Provider): Members {
  const { grantTypes, issuer, responseModes } = provider
  const types = supportedResponseTypes(provider)
  const frontChannel = types
    .flatMap((type) => responseTypeParts(type, provider))
    .map((part) => part.grantType)
  const own = {
    issuer,
    scopes_supported: fixedScopes(provider),
    response_types_supported: types,
    response_modes_supported: Object.keys(responseModes),
    grant_types_supported: [...new Set([...Object.keys(grantTypes), ...frontChannel])],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }
  const endpoints = provider.endpoints.map((endpoint) => endpointMembers(endpoint, provider))
  return [...endpoints, ...provider.metadata.map((members) => members(provider))].reduce(join, own)
}

/** Lists are joined, whatever else is replaced. */
function join(known: Members, added: Members): Members {
  const joined = Object.entries(added).map(([name, value]): readonly [string, unknown] => {
    const before = known[name]
    return [name, isList(before) && isList(value) ? [...new Set([...before, ...value])] : value]
  })
  return { ...known, ...Object.fromEntries<unknown>(joined) }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** Where an endpoint is, and how clients authenticate there. */
function endpointMembers(endpoint: Endpoint, provider: Provider): Members {
  const { at, available, caller, metadata, path } = endpoint
  if (metadata === undefined || available?.(provider) === false) return {}
  const methods = Object.entries(provider.clientAuthMethods)
    .filter(
      ([name, method]) => (method.works?.(provider) ?? true) && !(name === 'none' && caller !== 'client'),
    )
    .map(([name]) => name)
  return {
    [metadata]: `${provider.issuer}${at === 'oauth2' ? provider.paths.oauth2 : ''}${path}`,
    ...(caller.endsWith('client') && { [`${metadata}_auth_methods_supported`]: methods }),
  }
}
