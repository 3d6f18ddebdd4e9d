import type { Feature } from '../concepts.ts'
import { noticesFeature } from '../notices/index.ts'
import { noteLock, readVerifiedAddress } from '../store/d1/verified-address.ts'

/**
 * The feature that notifies people by mail of changes to their accounts: a new browser, a new passkey, a changed
 * password, guesses at the password.
 * @example
 * const provider = createProvider({ features: [pages(), mail(), notices()] })
 */
export function notices(): Feature {
  return noticesFeature(
    async (userId, { bindings: { DB } }) => (DB ? readVerifiedAddress(DB, userId) : null),
    async (userId, { bindings: { DB }, request }) => (DB ? noteLock(DB, userId, request) : null),
  )
}
