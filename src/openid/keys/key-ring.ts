import { type CryptoKey, importJWK, type JWK } from 'jose'
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
import { makeSigningKey, openSigningKey } from './make-key.ts'

/** What the keys are read and made with: of the request that needs them. */
export interface KeyContext {
  readonly store: Pick<SigningKeyStore, 'addSigningKeys' | 'readSigningKeys'>
  readonly keys: Keys
  /** Seconds since 1970. */
  readonly now: number
  /** Lets work go on after the answer. */
  readonly defer: (work: Promise<unknown>) => void
}

/** A key that signs. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly privateKey: CryptoKey
}

/** A key that others check signatures with (RFC 7517 4). */
export interface PublishedKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicKey: JWK
}

/** The keys of one isolate, read once and then kept. */
export interface KeyRing {
  /**
   * The key that signs, made where there is none. No trip while the keys that were read are fresh.
   * @throws {StorageError} the keys cannot be read
   */
  signingKey(algorithm: SigningAlgorithm, context: KeyContext): Promise<SigningKey>
  /** Every key that is published, next and retired ones too. No trip while they are fresh. */
  publishedKeys(context: KeyContext): Promise<readonly PublishedKey[]>
  /** A published key by its id; where it is unknown here, the storage is asked once more, for it may be new. */
  publishedKey(kid: string, context: KeyContext): Promise<PublishedKey | null>
  /** What pairwise subjects are salted with. */
  pairwiseSalt(context: KeyContext): Promise<string>
}

/** Milliseconds for which a request waits for another one that makes the keys, and after which it looks again. */
const PATIENCE = 10_000
const TURN = 20

interface Loaded {
  readonly readAt: number
  readonly signing: ReadonlyMap<SigningAlgorithm, SigningKey>
  readonly published: readonly PublishedKey[]
  readonly pairwiseSalt: string
}

/**
 * Makes the key ring of an isolate and environment.
 * @param algorithms those that clients may have
 * @param tokenLifetime seconds that the longest of our signed tokens counts
 */
export function createKeyRing(algorithms: readonly SigningAlgorithm[], tokenLifetime?: number): KeyRing {
  let kept: Loaded | null = null
  /** Until when others wait for the request that reads first, in milliseconds. */
  let readingUntil = 0
  /** When the last reading beside an answer began. */
  let refreshedAt = 0

  async function load(context: KeyContext): Promise<Loaded> {
    const found = await context.store.readSigningKeys(context.now)
    const { set, signing } = await fillPlaces(found, 'active', context)
    // A next key is needed much later, so that nobody waits for it.
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

  /** Makes the keys of a place that is free, or whose key cannot be opened, and opens those that sign. */
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

  /** Reads for the first time in this isolate: of requests that come at once one makes the keys, for that takes long. */
  async function loadFirst(context: KeyContext): Promise<Loaded> {
    // A request that was given up never comes back, so that nobody waits for it for ever.
    while (readingUntil > Date.now()) await new Promise((resolve) => setTimeout(resolve, TURN))
    if (kept) return kept
    readingUntil = Date.now() + PATIENCE
    try {
      return await load(context)
    } finally {
      readingUntil = 0
    }
  }

  /** What is kept, where it is not stale; what is no longer fresh is read again beside the answer. */
  async function current(context: KeyContext): Promise<Loaded> {
    const age = kept ? context.now - kept.readAt : Infinity
    if (!kept) return loadFirst(context)
    if (age >= STALE) return load(context)
    if (age >= FRESH && refreshedAt < context.now) {
      // One request reads for all that come in the same second.
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
      // An isolate with another SECRET_KEY was faster: the next request tries again.
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

/** The keys of a place whose private part can be opened. */
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
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was sealed is a private JWK
    const privateKey = await importJWK(JSON.parse(json) as JWK, record.algorithm)
    if (privateKey instanceof Uint8Array) throw new TypeError('A signing key is not symmetric.')
    opened.set(record.algorithm, { kid: record.kid, algorithm: record.algorithm, privateKey })
  }
  return opened
}
