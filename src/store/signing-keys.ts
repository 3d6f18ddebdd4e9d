import type { OperatorMark } from './admin-store.ts'

/** Algorithms of our signatures (RFC 7518 3.1, RFC 8037 3.1). */
export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

/** A key that signs, signed or will sign tokens. */
export interface SigningKeyRecord {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  /** `next` is published, `active` signs, `retired` is published while tokens that it signed may be presented. */
  readonly state: 'next' | 'active' | 'retired'
  /** JSON of the public JWK. */
  readonly publicKey: string
  /** The private JWK, sealed with SECRET_KEY. */
  readonly sealedPrivateKey: string
  readonly createdAt: number
  readonly activatedAt: number | null
  readonly retiredAt: number | null
  /** Seconds since 1970; null while the key is not retired. */
  readonly publishedUntil: number | null
}

/** A newly created key, for a place that seems empty. */
export type NewSigningKey = Pick<SigningKeyRecord, 'kid' | 'algorithm' | 'publicKey' | 'sealedPrivateKey'> & {
  readonly state: 'next' | 'active'
}

/** All published keys, and the salt of pairwise subjects. */
export interface SigningKeySet {
  readonly keys: readonly SigningKeyRecord[]
  /** Null before the first key is added. */
  readonly pairwiseSalt: string | null
}

/** Keys to add. */
export interface SigningKeyAddition {
  readonly keys: readonly NewSigningKey[]
  /** Becomes the salt, if there is none. */
  readonly pairwiseSalt: string
  /** The ids of keys to retire first, as their private part can no longer be opened. */
  readonly retire: readonly string[]
  /** Until when those stay published. */
  readonly publishUntil: number
}

/** Which keys to rotate. */
export interface SigningKeyRotation {
  /** An active key is retired if it was activated by then. */
  readonly activatedBy: number
  /** A next key is activated if it was created by then, so that everybody with a cached key set has had time to fetch it. */
  readonly createdBy: number
  /** Until when retired keys stay published. */
  readonly publishUntil: number
}

/** What signing needs from a storage. Each call is one round trip; every write may be sent again with the same parameters. */
export interface SigningKeyStore {
  /** Reads the published keys. */
  readSigningKeys(now: number): Promise<SigningKeySet>

  /**
   * Adds keys, each only if its place is empty; each algorithm has one active and one next key.
   * @returns the keys that
   * are then published, which may be those of another, faster request
   */
  addSigningKeys(addition: SigningKeyAddition, now: number): Promise<SigningKeySet>

  /**
   * Replaces the active key of each algorithm with the next one. An active key stays if the next one is missing or too new.
   *   * @returns the ids of the newly active keys
   */
  rotateSigningKeys(rotation: SigningKeyRotation, mark: OperatorMark): Promise<readonly string[]>

  /**
   * Removes keys that are no longer published.
   * @returns how many
   */
  purgeSigningKeys(now: number): Promise<number>
}
