import type { Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { fixedScopes } from '../scope.ts'
import { pathOf } from '../well-known.ts'
import { authMethodsOf } from './client-auth.ts'
import { supportedResponseTypes, usableGrantTypes } from './response-types/index.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * Authorization server metadata (RFC 8414 2), computed from the provider's own tables and endpoints, so it is always
 * accurate.
 */
export function authorizationServerMetadata(provider: Provider): Members {
  const { issuer, responseModes } = provider
  const own = {
    issuer,
    scopes_supported: fixedScopes(provider),
    response_types_supported: supportedResponseTypes(provider),
    response_modes_supported: Object.keys(responseModes),
    grant_types_supported: usableGrantTypes(provider),
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }
  const endpoints = provider.endpoints.map((endpoint) => endpointMembers(endpoint, provider))
  return [...endpoints, ...provider.metadata.map((members) => members(provider))].reduce(join, own)
}

/** Lists are concatenated; other values are replaced. */
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

/**
 * Endpoints that announce their authentication methods in their own member (RFC 8414 2); those of the token endpoint apply
 * to all others.
 */
export const ENDPOINTS_WITH_METHODS: readonly string[] = [
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
]

/** Returns where an endpoint is, and how clients authenticate there. */
function endpointMembers(endpoint: Endpoint, provider: Provider): Members {
  const { at, available, caller, metadata, path } = endpoint
  if (metadata === undefined || available?.(provider) === false) return {}
  const methods = authMethodsOf(provider)
    .map(([name]) => name)
    .filter((name) => name !== 'none' || caller === 'client')
  return {
    [metadata]: `${provider.origin}${at === 'oauth2' ? provider.paths.oauth2 : ''}${path}`,
    ...(ENDPOINTS_WITH_METHODS.includes(metadata) && { [`${metadata}_auth_methods_supported`]: methods }),
  }
}

/**
 * Returns the endpoints of a document about the issuer. Only the address that was built from the issuer exists: the name at the
 * root, or before the issuer's path (RFC 8414 3.1).
 * @param isAppended whether clients also put the name after the path (RFC 8414 5)
 */
export function issuerDocument(
  name: string,
  row: Omit<Endpoint, 'available' | 'path'>,
  isAppended: boolean,
): readonly Endpoint[] {
  const root = `/.well-known/${name}`
  const at = (path: string, addressOf: (own: string) => string): Endpoint => ({
    ...row,
    path,
    available({ issuer, origin }, asked) {
      if ((path === root) !== (issuer === origin)) return false
      const address = addressOf(issuer === origin ? '' : pathOf(issuer))
      return (asked ?? address) === address
    },
  })
  return [
    at(root, () => root),
    at(`${root}/*`, (own) => root + own),
    ...(isAppended ? [at(`/:issuer{.+}${root}`, (own) => own + root)] : []),
  ]
}
