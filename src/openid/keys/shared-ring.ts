import type { Settings } from '../../settings/settings.ts'
import type { SigningAlgorithm } from '../../store/signing-keys.ts'
import { createKeyRing, type KeyRing } from './key-ring.ts'

/** Signature algorithms that clients may register; the first is the default (OpenID Connect Registration 2). */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA']

const rings = new WeakMap<Settings, KeyRing>()

/** The key ring of an environment of this isolate. Everything that signs shares it, so its keys are read only once. */
export function sharedKeyRing(settings: Settings): KeyRing {
  const ring = rings.get(settings) ?? createKeyRing(SIGNING_ALGORITHMS)
  rings.set(settings, ring)
  return ring
}
