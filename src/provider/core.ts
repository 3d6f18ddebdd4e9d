import { clientMetadata } from '../clients/members/index.ts'
import type { Feature } from '../concepts.ts'
import { documents } from '../http/documents.ts'
import { authorizationChecks } from '../oauth/authorize/checks.ts'
import { authorizationParameters } from '../oauth/authorize/parameters.ts'
import { clientAuthMethods } from '../oauth/client-auth.ts'
import { grantTypes } from '../oauth/grants/index.ts'
import { introspectionEndpoint } from '../oauth/introspection.ts'
import { responseModes } from '../oauth/response-modes/index.ts'
import { responseTypes } from '../oauth/response-types/index.ts'
import { revocationEndpoint } from '../oauth/revocation.ts'
import { tokenEndpoint } from '../oauth/token.ts'

/** The feature that every provider has: OAuth 2.0 without pages. */
export const core: Feature = {
  name: 'core',
  grantTypes,
  responseTypes,
  responseTypeChoices: ['code', 'token'],
  responseModes,
  clientAuthMethods,
  clientMetadata,
  authorizationChecks,
  authorizationParameters,
  endpoints: [
    tokenEndpoint,
    // The path of the provider that this one replaces; nothing announces it.
    { ...tokenEndpoint, path: '/access_token', metadata: undefined },
    revocationEndpoint,
    introspectionEndpoint,
    ...documents,
  ],
}
