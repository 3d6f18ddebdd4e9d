import type { JWK } from 'jose'
import { readMember } from '../clients/member.ts'
import { keyMembers } from '../clients/members/keys.ts'
import type { Provider } from '../concepts.ts'
import { FetchError, fetchJson, type FetchRules } from '../outbound/fetch-json.ts'
import type { Client, JsonObject } from '../store/records.ts'

/** Seconds for which an isolate uses the keys that it has fetched. */
const FRESH = 300
/** Seconds between two fetches of one address, however many unknown keys are needed in between, and whether or not they fail. */
const REFETCH_AFTER = 5
/** The most addresses whose keys an isolate keeps. */
const MAX_KEPT = 200
/** The most keys of a set that are considered. */
const MAX_KEYS = 20

interface Kept {
  readonly keys: readonly JWK[]
  readonly fetchedAt: number
}

/** Keys by the address from which they were fetched; the oldest are dropped first. */
const kept = new Map<string, Kept>()

/** Addresses that failed recently, kept apart so that they never displace valid keys. */
const failed = new Map<string, { readonly error: FetchError; readonly at: number }>()

/**
 * Reads the public keys of a client: those that it registered by value, or those at its `jwks_uri` (RFC 7591 2), which are
 * kept for five minutes and fetched again for a missing key.
 * @param kid the required key; null for any
 * @returns keys with this id; also those without an id, if the client has only one key or none was required
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

/**
 * Reads the public keys at an address, see `readClientKeys`.
 * @throws {FetchError} the address cannot be fetched, and no earlier copy has the key
 */
export async function readKeysAt(
  uri: string,
  kid: string | null,
  { request, settings }: Pick<Provider, 'request' | 'settings'>,
): Promise<readonly JWK[]> {
  const { now } = request
  const known = kept.get(uri)
  const age = known ? now - known.fetchedAt : Infinity
  const found = known ? choose(known.keys, kid) : []
  if (found.length > 0 && age < FRESH) return found
  const failure = failed.get(uri)
  // The last valid copy is used while its server fails.
  if (failure && now - failure.at < REFETCH_AFTER) return someOf(found, failure.error)
  if (known && age < REFETCH_AFTER) return found
  try {
    const { json } = await fetchJson(uri, fetchRules(settings.fetchLoopback))
    const keys = keysOf(json)
    keep(kept, uri, { keys, fetchedAt: now })
    failed.delete(uri)
    return choose(keys, kid)
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    keep(failed, uri, { error, at: now })
    return someOf(found, error)
  }
}

/** Returns the keys that were found, or throws the reason if there are none. */
function someOf(found: readonly JWK[], error: FetchError): readonly JWK[] {
  if (found.length > 0) return found
  throw error
}

function keep<T>(entries: Map<string, T>, uri: string, entry: T): void {
  entries.delete(uri)
  entries.set(uri, entry)
  const [oldest] = entries.keys()
  if (entries.size > MAX_KEPT && oldest !== undefined) entries.delete(oldest)
}

function fetchRules(allowLoopback: boolean): FetchRules {
  return { allowLoopback, maxBytes: 64 * 1024, timeout: 3, types: ['application/jwk-set+json'] }
}

/** Returns the keys of a set (RFC 7517 5) that may verify signatures; invalid entries are skipped. */
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
