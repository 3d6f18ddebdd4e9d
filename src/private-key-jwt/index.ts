import type { Feature, Provider } from '../concepts.ts'
import { ENDPOINTS_WITH_METHODS } from '../oauth/metadata.ts'
import { PRIVATE_KEY_JWT } from './known-clients.ts'
import { privateKeyJwtMethod } from './method.ts'
import { PRIVATE_KEY_JWT_SETTINGS } from './settings.ts'

/**
 * The feature that lets clients authenticate with a JWT that they sign with their own key (`private_key_jwt`, RFC 7523).
 * @example
 * const provider = createProvider({ features: [pages(), privateKeyJwt()] })
 */
export function privateKeyJwt(
  given: { readonly assertionAudiences?: readonly ('issuer' | 'token_endpoint')[] } = {},
): Feature {
  return {
    name: 'private-key-jwt',
    settings: { rows: PRIVATE_KEY_JWT_SETTINGS, given },
    clientAuthMethods: { [PRIVATE_KEY_JWT]: privateKeyJwtMethod },
    metadata: [signingAlgorithms],
  }
}

/** RFC 8414 2: metadata that names the method must name its algorithms, too. */
function signingAlgorithms({ endpoints, settings }: Provider): Readonly<Record<string, unknown>> {
  const names = endpoints.flatMap(({ metadata = '' }) =>
    ENDPOINTS_WITH_METHODS.includes(metadata) ? [metadata] : [],
  )
  return Object.fromEntries(
    names.map((name) => [`${name}_auth_signing_alg_values_supported`, settings.signatureAlgorithms] as const),
  )
}
