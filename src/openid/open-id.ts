import type { Provider, ProviderBindings } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import type { Settings } from '../settings/settings.ts'
import type { OpenIdStore } from '../store/openid-store.ts'
import type { SigningAlgorithm } from '../store/signing-keys.ts'
import {
  createKeyRing,
  type KeyContext,
  type KeyRing,
  type PublishedKey,
  type SigningKey,
} from './keys/key-ring.ts'

/** Signatures that clients may register for; the first is that of whoever registers nothing (OpenID Connect Registration 2). */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA']

/** What every part of OpenID Connect works with. */
export interface OpenId {
  readonly store: (provider: Pick<Provider, 'bindings'>) => OpenIdStore
  /** No trip while the isolate's keys are fresh. */
  readonly signingKey: (algorithm: SigningAlgorithm, provider: Provider) => Promise<SigningKey>
  readonly publishedKeys: (provider: Provider) => Promise<readonly PublishedKey[]>
  readonly pairwiseSalt: (provider: Provider) => Promise<string>
  readonly ring: (provider: Provider) => KeyRing
  readonly keyContext: (provider: Provider) => KeyContext
}

/**
 * Makes what the parts share: one storage for each database, one key ring for each environment.
 * @param createStore the storage over a database
 */
export function openIdOver(createStore: (db: D1Database) => OpenIdStore): OpenId {
  const stores = new WeakMap<D1Database, OpenIdStore>()
  const rings = new WeakMap<Settings, KeyRing>()
  const store = ({ bindings }: { readonly bindings: ProviderBindings }): OpenIdStore => {
    if (!bindings.DB) throw new ConfigurationError('DB', 'is not bound; OpenID Connect keeps its keys there')
    const known = stores.get(bindings.DB) ?? createStore(bindings.DB)
    stores.set(bindings.DB, known)
    return known
  }
  const ring = ({ settings }: Provider): KeyRing => {
    const known = rings.get(settings) ?? createKeyRing(SIGNING_ALGORITHMS)
    rings.set(settings, known)
    return known
  }
  const keyContext = (provider: Provider): KeyContext => ({
    store: store(provider),
    keys: provider.keys,
    now: provider.request.now,
    defer: provider.defer,
  })
  return {
    store,
    ring,
    keyContext,
    signingKey: (algorithm, provider) => ring(provider).signingKey(algorithm, keyContext(provider)),
    publishedKeys: (provider) => ring(provider).publishedKeys(keyContext(provider)),
    pairwiseSalt: (provider) => ring(provider).pairwiseSalt(keyContext(provider)),
  }
}
