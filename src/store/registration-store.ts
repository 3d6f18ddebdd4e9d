import type { ClientRecord, NewClient, OperatorMark } from './admin-store.ts'

/** A client that registers itself, with the limit that it counts against. */
export interface NewRegistration extends NewClient {
  /** The id of its registration access token. */
  readonly tokenId: string
  /** A keyed hash of the network. */
  readonly throttleKey: string
  /** The most registrations of a network in a window. */
  readonly limit: number
  /** Seconds. */
  readonly window: number
}

/** The result of a registration. */
export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly client: ClientRecord }
  /** Too many from this network until then, in seconds since 1970. */
  | { readonly kind: 'limited'; readonly resetAt: number }

/** What clients that register themselves need from a storage. Each call is one round trip. */
export interface RegistrationStore {
  /** Counts a registration against its network and, within the limit, creates the client: all or nothing. */
  register(client: NewRegistration, mark: OperatorMark): Promise<RegistrationOutcome>

  /** Reads an enabled client by its registration access token; null if there is none. */
  readRegistration(clientId: string, tokenId: string): Promise<ClientRecord | null>

  /** Returns whether a client exists, enabled or not, however it was created. */
  isKnown(clientId: string): Promise<boolean>

  /** Returns which of the given scopes are in the scope table. */
  readScopes(names: readonly string[]): Promise<readonly string[]>

  /**
   * Deletes clients that registered themselves before a time and that nobody has used: they have no consent and no grant.
   * @returns how many
   */
  expireUnused(before: number, limit: number, now: number): Promise<number>
}
