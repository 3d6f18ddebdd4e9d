import type { OperatorMark } from '../../store/admin-store.ts'
import type { SigningKeyRotation, SigningKeyStore } from '../../store/signing-keys.ts'
import type { KeyContext, KeyRing } from './key-ring.ts'
import { PUBLISHED_AHEAD, publishUntil } from './lifetimes.ts'

/** Seconds after which an active key is replaced: 90 days. */
export const ROTATION_PERIOD = 90 * 86_400

/**
 * The rotation that an operator asks for: of every active key, but never to a key that others cannot have fetched yet.
 * @param tokenLifetime seconds that the longest of our signed tokens counts
 */
export function rotationNow(now: number, tokenLifetime?: number): SigningKeyRotation {
  return {
    activatedBy: now,
    createdBy: now - PUBLISHED_AHEAD,
    publishUntil: publishUntil(now, tokenLifetime),
  }
}

/** The rotation that is due by itself: of keys that have signed for a whole period. */
export function rotationDue(
  now: number,
  tokenLifetime?: number,
  period: number = ROTATION_PERIOD,
): SigningKeyRotation {
  return { ...rotationNow(now, tokenLifetime), activatedBy: now - period }
}

/**
 * What the cron trigger does for the keys: makes those that are missing, rotates those that are due, removes those that are
 * published no longer.
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
