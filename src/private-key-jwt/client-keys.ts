import type { JWK } from 'jose'
import { readMember } from '../clients/member.ts'
import { keyMembers } from '../clients/members/keys.ts'
import type { Provider } from '../concepts.ts'
import { FetchError, fetchJson, type FetchRules } from '../outbound/fetch-json.ts'
import type { Client, JsonObject } from '../store/records.ts'

/** Seconds for which an isolate uses the keys that it has fetched. */
const FRESH = 300
/** Seconds between two fetches of one address, however many unknown keys are asked for in between. */
const REFETCH_AFTER = 5
/** Addresses whose keys an isolate keeps. */
const MAX_KEPT = 200
/** Keys of a set that are looked at. */
const MAX_KEYS = 20

interface Kept {
  readonly keys: readonly JWK[]
  readonly fetchedAt: number
}

/** Keys by the address that they were fetched from; the oldest goes first. */
const kept = new Map<string, Kept>()

/**
 * Reads the public keys of a client: those that it registered by value, or those at its `jwks_uri` (RFC 7591 2), which are kept
 * for five minutes and fetched again for a key that is not among them.
 * @param kid the key that is wanted; null for any
 * @returns keys with this id; those without an id, too, if the client has only one key or none was asked for
 * @throws {FetchError} the address cannot be fetched, and no earlier copy has the key
 */
export async function readClientKeys(
  client: Pick<Client, 'metadata' | 'type'>,
  kid: string | null,
  provider: Pick<Provider, 'request' | 'settings'>,
): Promise<readonly JWK[]> {
  const jwks = readMember(client, keyMembers.jwks)
  if (jwks !== null) return choose(keysOf(jwks), kid)
  const uri = readMember(client, keyMembers.jwksUri)
  return uri === null ? [] : readKeysAt(uri, kid, provider)
}

async function readKeysAt(
  uri: string,
  kid: string | null,
  { request, settings }: Pick<Provider, 'request' | 'settings'>,
): Promise<readonly JWK[]> {
  const { now } = request
  const known = kept.get(uri)
  const age = known ? now - known.fetchedAt : Infinity
  const found = known ? choose(known.keys, kid) : []
  if (found.length > 0 && age < FRESH) return found
  if (known && age < REFETCH_AFTER) return found
  try {
    const { json } = await fetchJson(uri, fetchRules(settings.fetchLoopback))
    const keys = keysOf(json)
    keep(uri, { keys, fetchedAt: now })
    return choose(keys, kid)
  } catch (error) {
    // The last good copy serves while its server does not; it is not asked again at once.
    if (known && error instanceof FetchError) keep(uri, { ...known, fetchedAt: now - FRESH + REFETCH_AFTER })
    if (found.length > 0 && error instanceof FetchError) return found
    throw error
  }
}

function keep(uri: string, entry: Kept): void {
  kept.delete(uri)
  kept.set(uri, entry)
  const [oldest] = kept.keys()
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
}

function fetchRules(allowLoopback: boolean): FetchRules {
  return { allowLoopback, maxBytes: 64 * 1024, timeout: 3, types: ['application/jwk-set+json'] }
}

/** The keys of a set (RFC 7517 5) that may check signatures; what is no key is passed over. */
function keysOf({ keys }: JsonObject): readonly JWK[] {
  if (!Array.isArray(keys)) return []
  return keys
    .slice(0, MAX_KEYS)
    .filter(
      (key: unknown): key is JWK =>
        typeof key === 'object' && key !== null && 'kty' in key && (!('use' in key) || key.use === 'sig'),
    )
}

function choose(keys: readonly JWK[], kid: string | null): readonly JWK[] {
  if (kid === null) return keys
  const named = keys.filter((key) => key.kid === kid)
  return named.length > 0 || keys.length > 1 ? named : keys.filter((key) => key.kid === undefined)
}
