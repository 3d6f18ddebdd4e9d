import type { Endpoint, Provider } from '../concepts.ts'
import { authorizationServerMetadata } from '../oauth/metadata.ts'
import { CLAIMS_SUPPORTED } from './claims.ts'
import { ACR_VALUES } from './id-token-facts.ts'
import { keySetDocument } from './keys/key-set.ts'
import { KEY_SET_MAX_AGE } from './keys/lifetimes.ts'
import { type OpenId, SIGNING_ALGORITHMS } from './open-id.ts'

/** Members of the metadata that OpenID Connect adds (OpenID Connect Discovery 3, RP-Initiated Logout 2.1). */
export function openIdMetadata({ issuer, paths }: Provider): Readonly<Record<string, unknown>> {
  return {
    end_session_endpoint: `${issuer}${paths.oauth2}/logout`,
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: SIGNING_ALGORITHMS,
    userinfo_signing_alg_values_supported: SIGNING_ALGORITHMS,
    acr_values_supported: ACR_VALUES,
    claim_types_supported: ['normal'],
    claims_supported: CLAIMS_SUPPORTED,
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    display_values_supported: ['page', 'popup', 'touch', 'wap'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  }
}

/** Without OAUTH_ISSUER a document follows from the host that was asked for, so that no cache may hand it on to others. */
function cache({ settings }: Provider): string {
  return `${settings.issuer === null ? 'private' : 'public'}, max-age=${KEY_SET_MAX_AGE}`
}

/** The key set, and discovery at the root and, for an issuer with a path, below it (OpenID Connect Discovery 4; RFC 8414 5). */
export function openIdDocuments(openId: OpenId): readonly Endpoint[] {
  const documents = { at: 'root', method: 'GET', body: 'none', caller: 'nobody', cors: true } as const
  const discovery = {
    ...documents,
    cache,
    summary: 'Discovery (OpenID Connect Discovery 4)',
    answer: async (_: unknown, provider: Provider) => ({ body: authorizationServerMetadata(provider) }),
  } as const
  return [
    { ...discovery, path: '/.well-known/openid-configuration' },
    { ...discovery, path: '/.well-known/openid-configuration/*' },
    {
      ...documents,
      at: 'oauth2',
      path: '/jwks',
      metadata: 'jwks_uri',
      cache,
      summary: 'Keys that check our signatures (RFC 7517)',
      answer: async (_, provider) => ({ body: keySetDocument(await openId.publishedKeys(provider)) }),
    },
  ]
}
