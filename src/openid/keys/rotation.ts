import type { OperatorMark } from '../../store/admin-store.ts'
import type { SigningKeyRotation, SigningKeyStore } from '../../store/signing-keys.ts'
import type { KeyContext, KeyRing } from './key-ring.ts'
import { PUBLISHED_AHEAD, publishUntil } from './lifetimes.ts'

/** Seconds after which an active key is replaced: 90 days. */
export const ROTATION_PERIOD = 90 * 86_400

/**
 * Returns the rotation that an operator requests: of every active key, but never to a key that others cannot have fetched
 * yet.
 * @param tokenLifetime seconds for which the longest-lived signed token is valid
 */
export function rotationNow(now: number, tokenLifetime?: number): SigningKeyRotation {
  return {
    activatedBy: now,
    createdBy: now - PUBLISHED_AHEAD,
    publishUntil: publishUntil(now, tokenLifetime),
  }
}

/** Returns the automatic rotation: of keys that have signed for a whole period. */
export function rotationDue(
  now: number,
  tokenLifetime?: number,
  period: number = ROTATION_PERIOD,
): SigningKeyRotation {
  return { ...rotationNow(now, tokenLifetime), activatedBy: now - period }
}

/**
 * Maintains the keys from the cron trigger: creates missing ones, rotates those that are due, and removes those that are no
 * longer published.
 * @returns the ids of the keys that sign from now on
 */
export async function maintainKeys(
  ring: KeyRing,
  store: SigningKeyStore,
  context: KeyContext,
  mark: OperatorMark,
  tokenLifetime?: number,
): Promise<readonly string[]> {
  await ring.publishedKeys(context)
  const rotated = await store.rotateSigningKeys(rotationDue(context.now, tokenLifetime), mark)
  await store.purgeSigningKeys(context.now)
  return rotated
}
