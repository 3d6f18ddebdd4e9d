import type { Provider } from '../concepts.ts'
import type { Client } from '../store/records.ts'

/** The name of the method (RFC 7591 2). */
export const PRIVATE_KEY_JWT = 'private_key_jwt'

/** Seconds for which an isolate remembers the keys of a client. The commit asks the storage again whether the client may act. */
const FRESH = 60
/** The most clients that an isolate remembers. */
const MAX_KEPT = 500

/** The parts of a client by which its keys are found. */
type KeyHolder = Pick<Client, 'metadata' | 'type'>

interface Kept {
  readonly holder: KeyHolder
  readonly readAt: number
}

/** By issuer and client; the oldest is forgotten first. */
const kept = new Map<string, Kept>()

/** Where the keys of a client are, and when that was read. */
export interface KnownClient extends Kept {
  /** Whether this request has asked the storage. */
  readonly isNew: boolean
}

/**
 * Reads where a client's keys are, in one round trip, or none while an isolate remembers it.
 * @param anew whether to ask
 * the storage in any case
 * @returns null if the client is unknown, disabled, or registered for another method
 */
export async function readKnownClient(
  clientId: string,
  provider: Pick<Provider, 'issuer' | 'request' | 'store'>,
  anew = false,
): Promise<KnownClient | null> {
  const { issuer, request, store } = provider
  const name = `${issuer}\n${clientId}`
  const found = kept.get(name)
  if (!anew && found && request.now - found.readAt < FRESH) return { ...found, isNew: false }
  kept.delete(name)
  const holder = await store.readClient(
    { method: 'verified', clientId, authMethod: PRIVATE_KEY_JWT },
    request.now,
  )
  if (!holder) return null
  const entry = { holder: { metadata: holder.metadata, type: holder.type }, readAt: request.now }
  kept.set(name, entry)
  const [oldest] = kept.keys()
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
  return { ...entry, isNew: true }
}
