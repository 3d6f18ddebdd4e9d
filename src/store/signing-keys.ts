import type { OperatorMark } from './admin-store.ts'

/** Algorithms of our signatures (RFC 7518 3.1, RFC 8037 3.1). */
export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

/** A key that signs, signed or will sign tokens. */
export interface SigningKeyRecord {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  /** `next` is published, `active` signs, `retired` is published while tokens that it signed may be shown. */
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

/** A key that was just made, for a place that seems free. */
export type NewSigningKey = Pick<SigningKeyRecord, 'kid' | 'algorithm' | 'publicKey' | 'sealedPrivateKey'> & {
  readonly state: 'next' | 'active'
}

/** All that is published, and what pairwise subjects are salted with. */
export interface SigningKeySet {
  readonly keys: readonly SigningKeyRecord[]
  /** Null before the first key was added. */
  readonly pairwiseSalt: string | null
}

/** Keys to add. */
export interface SigningKeyAddition {
  readonly keys: readonly NewSigningKey[]
  /** Becomes the salt, where there is none. */
  readonly pairwiseSalt: string
  /** The ids of keys that leave their places before: their private part cannot be opened any more. */
  readonly retire: readonly string[]
  /** Until when those stay published. */
  readonly publishUntil: number
}

/** Which keys to rotate. */
export interface SigningKeyRotation {
  /** An active key is retired if it was activated by then. */
  readonly activatedBy: number
  /** A next key is activated if it was created by then, so that whoever keeps a key set has had the time to fetch it. */
  readonly createdBy: number
  /** Until when what is retired stays published. */
  readonly publishUntil: number
}

/** What signing needs of a storage. Each call is one round trip; every write may be sent again with the same parameters. */
export interface SigningKeyStore {
  /** Reads the keys that are published. */
  readSigningKeys(now: number): Promise<SigningKeySet>

  /**
   * Adds keys, each if its place is free: there is one active and one next key for each algorithm.
   * @returns what is published then: the keys of whoever was first
   */
  addSigningKeys(addition: SigningKeyAddition, now: number): Promise<SigningKeySet>

  /**
   * Puts the next key of each algorithm into the place of the active one. An active key without a next one that is old
   * enough stays.
   * @returns the ids of those that were put into place
   */
  rotateSigningKeys(rotation: SigningKeyRotation, mark: OperatorMark): Promise<readonly string[]>

  /**
   * Removes keys that are published no longer.
   * @returns how many
   */
  purgeSigningKeys(now: number): Promise<number>
}
