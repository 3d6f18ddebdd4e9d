import type { Provider } from '../../concepts.ts'
import { ConfigurationError } from '../../errors.ts'
import type { SigningAlgorithm } from '../../store/signing-keys.ts'
import { createKeyRing, type KeyContext, type KeyRing } from './key-ring.ts'

/** The key ring of a provider, with what a request reads and makes keys with. */
export interface ProviderKeys {
  readonly ring: KeyRing
  readonly context: KeyContext
}

/**
 * Keeps a key ring for each environment of an isolate, made when a request first asks for it.
 * @param algorithms those that clients may have
 * @returns what gives a request its keys; it throws a ConfigurationError where the storage keeps none
 */
export function keepKeyRings(
  algorithms: readonly SigningAlgorithm[],
): (provider: Pick<Provider, 'defer' | 'keys' | 'request' | 'settings' | 'signingKeyStore'>) => ProviderKeys {
  const rings = new WeakMap<object, KeyRing>()
  return ({ defer, keys, request, settings, signingKeyStore }) => {
    if (!signingKeyStore)
      throw new ConfigurationError('signingKeys', 'are needed beside a storage of your own: something signs')
    const ring = rings.get(settings) ?? createKeyRing(algorithms)
    rings.set(settings, ring)
    return { ring, context: { store: signingKeyStore, keys, now: request.now, defer } }
  }
}
