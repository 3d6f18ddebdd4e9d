import type { Provider } from '../concepts.ts'
import type { OpenIdStore } from '../store/openid-store.ts'
import type { SigningAlgorithm } from '../store/signing-keys.ts'
import { storeOver } from '../store/store-over.ts'
import type { KeyContext, KeyRing, PublishedKey, SigningKey } from './keys/key-ring.ts'
import { sharedKeyRing, SIGNING_ALGORITHMS } from './keys/shared-ring.ts'

/** Signature algorithms that are supported here. */
export function signingAlgorithms({ settings }: Pick<Provider, 'settings'>): readonly SigningAlgorithm[] {
  return SIGNING_ALGORITHMS.filter((name) => settings.signatureAlgorithms.includes(name))
}

/** Returns the algorithm for a client that registered one, or got one by default; a different one if it is not supported here. */
export function signedAs(
  registered: SigningAlgorithm,
  provider: Pick<Provider, 'settings'>,
): SigningAlgorithm {
  const [first = registered, ...others] = signingAlgorithms(provider)
  return [first, ...others].includes(registered) ? registered : first
}

/** What all parts of OpenID Connect share. */
export interface OpenId {
  readonly store: (provider: Pick<Provider, 'bindings'>) => OpenIdStore
  /** No trip while the isolate's keys are fresh. */
  readonly signingKey: (algorithm: SigningAlgorithm, provider: Provider) => Promise<SigningKey>
  readonly publishedKeys: (provider: Provider) => Promise<readonly PublishedKey[]>
  readonly pairwiseSalt: (provider: Provider) => Promise<string>
  readonly ring: (provider: Provider) => KeyRing
  readonly keyContext: (provider: Provider) => KeyContext
}

const ring = ({ settings }: Pick<Provider, 'settings'>): KeyRing => sharedKeyRing(settings)

/**
 * Creates what the parts share: one storage for each database, one key ring for each environment.
 * @param createStore the storage over a database
 */
export function openIdOver(createStore: (db: D1Database) => OpenIdStore): OpenId {
  const store = storeOver(createStore, 'OpenID Connect stores its keys there')
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
