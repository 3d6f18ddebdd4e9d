import type { Endpoint, Provider } from '../concepts.ts'
import { authorizationServerMetadata, issuerDocument } from '../oauth/metadata.ts'
import { writtenOnce } from '../oauth/written-once.ts'
import { CLAIMS_SUPPORTED } from './claims.ts'
import { ACR_VALUES } from './id-token-facts.ts'
import { keySetDocument } from './keys/key-set.ts'
import { KEY_SET_MAX_AGE } from './keys/lifetimes.ts'
import { type OpenId, signingAlgorithms } from './open-id.ts'
import { requestObjectMetadata } from './request-object/index.ts'

/** Members of the metadata that OpenID Connect adds (OpenID Connect Discovery 3, RP-Initiated Logout 2.1, Back-Channel Logout 2.1). */
export function openIdMetadata(provider: Provider): Readonly<Record<string, unknown>> {
  const { origin, paths } = provider
  return {
    end_session_endpoint: `${origin}${paths.oauth2}/logout`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: signingAlgorithms(provider),
    userinfo_signing_alg_values_supported: signingAlgorithms(provider),
    acr_values_supported: ACR_VALUES,
    claim_types_supported: ['normal'],
    claims_supported: CLAIMS_SUPPORTED,
    claims_parameter_supported: true,
    ...requestObjectMetadata(provider),
    display_values_supported: ['page', 'popup', 'touch', 'wap'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  }
}

/** Without OAUTH_ISSUER a document depends on the requested host, so shared caches must not store it. */
function cache({ settings }: Provider): string {
  return `${settings.issuer === null ? 'private' : 'public'}, max-age=${KEY_SET_MAX_AGE}`
}

/**
 * The key set, and discovery at the addresses that belong to the issuer: its path before the name, as clients of OpenID Connect
 * write it (OpenID Connect Discovery 4), and after it, as others do (RFC 8414 5). Any other document would name another issuer
 * than the requested one.
 */
export function openIdDocuments(openId: OpenId): readonly Endpoint[] {
  const documents = { at: 'root', method: 'GET', body: 'none', caller: 'nobody', cors: true } as const
  return [
    ...issuerDocument(
      'openid-configuration',
      {
        ...documents,
        cache,
        summary: 'Discovery (OpenID Connect Discovery 4)',
        // The same document as that of RFC 8414.
        answer: async (_, provider) => writtenOnce('metadata', provider, authorizationServerMetadata),
      },
      true,
    ),
    {
      ...documents,
      at: 'oauth2',
      path: '/jwks',
      metadata: 'jwks_uri',
      cache,
      summary: 'Keys to verify our signatures (RFC 7517)',
      answer: async (_, provider) => ({ body: keySetDocument(await openId.publishedKeys(provider)) }),
    },
  ]
}
