import type { Feature, ProviderBindings } from '../concepts.ts'
import type { IssuerStore } from '../store/issuer-store.ts'
import { storeOver } from '../store/store-over.ts'
import { JWT_BEARER, jwtBearer } from './grant.ts'
import { issuerRecords } from './records.ts'

/** The storage in the provider's database. */
export function issuerStores(
  createStore: (db: D1Database) => IssuerStore,
): (provider: { readonly bindings: ProviderBindings }) => IssuerStore {
  return storeOver(createStore, 'trusted issuers are stored there')
}

/**
 * Assertions of trusted issuers about their users (ID-JAG, RFC 7523), as a feature.
 * @param createStore the storage over a database
 */
export function identityAssertionsFeature(createStore: (db: D1Database) => IssuerStore): Feature {
  const storeOf = issuerStores(createStore)
  return {
    name: 'identity-assertions',
    grantTypes: { [JWT_BEARER]: jwtBearer(storeOf) },
    metadata: [
      () => ({
        authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      }),
    ],
    adminResources: [issuerRecords(storeOf)],
  }
}
