import type { Feature, Provider } from '../concepts.ts'
import { ASSERTION_ALGORITHMS } from './assertion.ts'
import { PRIVATE_KEY_JWT } from './known-clients.ts'
import { privateKeyJwtMethod } from './method.ts'
import { PRIVATE_KEY_JWT_SETTINGS } from './settings.ts'

/**
 * The feature that lets clients authenticate by a JWT which they sign with a key of their own (`private_key_jwt`, RFC 7523).
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

/** RFC 8414 2: whatever names the method names its algorithms, too. */
function signingAlgorithms({ endpoints }: Provider): Readonly<Record<string, unknown>> {
  const names = endpoints.flatMap(({ caller, metadata = null }) =>
    metadata !== null && caller.endsWith('client') ? [metadata] : [],
  )
  return Object.fromEntries(
    names.map((name) => [`${name}_auth_signing_alg_values_supported`, ASSERTION_ALGORITHMS] as const),
  )
}
