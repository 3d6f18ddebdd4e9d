import type { JWK } from 'jose'
import { randomBytes, toBase64url } from '../../crypto/bytes.ts'
import type { Keys } from '../../crypto/keys.ts'
import type {
  NewSigningKey,
  SigningAlgorithm,
  SigningKeyRecord,
  SigningKeySet,
  SigningKeyStore,
} from '../../store/signing-keys.ts'
import { FRESH, publishUntil, STALE } from './lifetimes.ts'
import { importSigningKey, makeSigningKey, openSigningKey } from './make-key.ts'

/** What reading and creating keys needs, from the current request. */
export interface KeyContext {
  readonly store: Pick<SigningKeyStore, 'addSigningKeys' | 'readSigningKeys'>
  readonly keys: Keys
  /** Seconds since 1970. */
  readonly now: number
  /** Lets work continue after the answer. */
  readonly defer: (work: Promise<unknown>) => void
}

/** A key that signs. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly privateKey: CryptoKey
}

/** A key with which others verify signatures (RFC 7517 4). */
export interface PublishedKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicKey: JWK
}

/** The keys of one isolate, read once and then kept in memory. */
export interface KeyRing {
  /**
   * Returns the key that signs, and creates it if there is none. No trip while the keys in memory are fresh.
   * @throws {StorageError} the keys cannot be read
   */
  signingKey(algorithm: SigningAlgorithm, context: KeyContext): Promise<SigningKey>
  /** Returns every published key, including next and retired ones. No trip while they are fresh. */
  publishedKeys(context: KeyContext): Promise<readonly PublishedKey[]>
  /** Returns a published key by its id. If it is unknown here, the storage is asked again, as it may be new. */
  publishedKey(kid: string, context: KeyContext): Promise<PublishedKey | null>
  /** Returns the salt of pairwise subjects. */
  pairwiseSalt(context: KeyContext): Promise<string>
}

/** Milliseconds for which a request waits for another one that is creating the keys, before it looks again. */
const PATIENCE = 10_000
const TURN = 20

interface Loaded {
  readonly readAt: number
  readonly signing: ReadonlyMap<SigningAlgorithm, SigningKey>
  readonly published: readonly PublishedKey[]
  readonly pairwiseSalt: string
}

/**
 * Creates the key ring of an isolate and environment.
 * @param algorithms those that clients may use
 * @param tokenLifetime seconds for which the longest-lived signed token is
 * valid
 */
export function createKeyRing(algorithms: readonly SigningAlgorithm[], tokenLifetime?: number): KeyRing {
  let kept: Loaded | null = null
  /** Until when others wait for the request that reads first, in milliseconds. */
  let readingUntil = 0
  /** When the last background read began. */
  let refreshedAt = 0

  async function load(context: KeyContext): Promise<Loaded> {
    const found = await context.store.readSigningKeys(context.now)
    const { set, signing } = await fillPlaces(found, 'active', context)
    // A next key is needed much later, so nobody waits for it.
    context.defer(fillPlaces(set, 'next', context))
    const published = set.keys.map(({ algorithm, kid, publicKey }) => ({
      kid,
      algorithm,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was written is a public JWK
      publicKey: JSON.parse(publicKey) as JWK,
    }))
    kept = { readAt: context.now, signing, published, pairwiseSalt: set.pairwiseSalt ?? '' }
    return kept
  }

  /** Creates keys for places that are empty, or whose key cannot be opened, and opens those that sign. */
  async function fillPlaces(
    found: SigningKeySet,
    state: NewSigningKey['state'],
    context: KeyContext,
  ): Promise<{ readonly set: SigningKeySet; readonly signing: ReadonlyMap<SigningAlgorithm, SigningKey> }> {
    const opened = await openAll(found, state, algorithms, context.keys)
    const missing = algorithms.filter((algorithm) => !opened.has(algorithm))
    if (missing.length === 0) return { set: found, signing: opened }
    const set = await context.store.addSigningKeys(
      {
        keys: await Promise.all(missing.map((algorithm) => makeSigningKey(algorithm, state, context.keys))),
        pairwiseSalt: toBase64url(randomBytes(32)),
        retire: found.keys.flatMap((key) =>
          key.state === state && missing.includes(key.algorithm) ? [key.kid] : [],
        ),
        publishUntil: publishUntil(context.now, tokenLifetime),
      },
      context.now,
    )
    return { set, signing: await openAll(set, state, algorithms, context.keys) }
  }

  /** Reads for the first time in this isolate. Only one of several concurrent requests creates the keys, as that takes long. */
  async function loadFirst(context: KeyContext): Promise<Loaded> {
    // A cancelled request never continues, so others must not wait for it forever.
    while (readingUntil > Date.now()) await new Promise((resolve) => setTimeout(resolve, TURN))
    if (kept) return kept
    readingUntil = Date.now() + PATIENCE
    try {
      return await load(context)
    } finally {
      readingUntil = 0
    }
  }

  /** Returns the keys in memory unless they are stale; keys that are no longer fresh are read again in the background. */
  async function current(context: KeyContext): Promise<Loaded> {
    const age = kept ? context.now - kept.readAt : Infinity
    if (!kept) return loadFirst(context)
    if (age >= STALE) return load(context)
    if (age >= FRESH && refreshedAt < context.now) {
      // One request reads for all others of the same second.
      refreshedAt = context.now
      const before = kept
      context.defer(load(context))
      return before
    }
    return kept
  }

  return {
    async signingKey(algorithm, context) {
      const key = (await current(context)).signing.get(algorithm)
      if (key) return key
      // An isolate with another SECRET_KEY was faster; the next request tries again.
      kept = null
      throw new TypeError(`No key signs with ${algorithm}.`)
    },
    async publishedKeys(context) {
      return (await current(context)).published
    },
    async publishedKey(kid, context) {
      const find = ({ published }: Loaded): PublishedKey | undefined =>
        published.find((key) => key.kid === kid)
      const loaded = await current(context)
      const found = find(loaded) ?? (loaded.readAt < context.now ? find(await load(context)) : undefined)
      return found ?? null
    },
    async pairwiseSalt(context) {
      return (await current(context)).pairwiseSalt
    },
  }
}

/** Returns the keys of a place whose private part can be opened. */
async function openAll(
  { keys: records }: SigningKeySet,
  state: SigningKeyRecord['state'],
  algorithms: readonly SigningAlgorithm[],
  keys: Keys,
): Promise<ReadonlyMap<SigningAlgorithm, SigningKey>> {
  const opened = new Map<SigningAlgorithm, SigningKey>()
  for (const record of records) {
    if (record.state !== state || !algorithms.includes(record.algorithm)) continue
    const json = await openSigningKey(record, keys)
    if (json === null) continue
    const { algorithm, kid } = record
    opened.set(algorithm, { kid, algorithm, privateKey: await importSigningKey(json, algorithm) })
  }
  return opened
}
