import type { Provider } from '../../concepts.ts'
import { ConfigurationError } from '../../errors.ts'
import type { SigningAlgorithm } from '../../store/signing-keys.ts'
import { createKeyRing, type KeyContext, type KeyRing } from './key-ring.ts'

/** The key ring of a provider, with what the request needs to read and create keys. */
export interface ProviderKeys {
  readonly ring: KeyRing
  readonly context: KeyContext
}

/**
 * Keeps a key ring for each environment of an isolate, created when a request first needs it.
 * @param algorithms those
 * that clients may use
 * @returns a function that gives a request its keys; it throws a ConfigurationError if the storage
 * keeps none
 */
export function keepKeyRings(
  algorithms: readonly SigningAlgorithm[],
): (provider: Pick<Provider, 'defer' | 'keys' | 'request' | 'settings' | 'signingKeyStore'>) => ProviderKeys {
  const rings = new WeakMap<object, KeyRing>()
  return ({ defer, keys, request, settings, signingKeyStore }) => {
    if (!signingKeyStore)
      throw new ConfigurationError(
        'signingKeys',
        'are needed with your own storage, because a feature signs tokens',
      )
    const ring = rings.get(settings) ?? createKeyRing(algorithms)
    rings.set(settings, ring)
    return { ring, context: { store: signingKeyStore, keys, now: request.now, defer } }
  }
}
