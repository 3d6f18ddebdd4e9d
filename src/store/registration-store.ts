import type { ClientRecord, NewClient, OperatorMark } from './admin-store.ts'

/** A client that registers itself, with the limit that it counts against. */
export interface NewRegistration extends NewClient {
  /** The id of its registration access token. */
  readonly tokenId: string
  /** A keyed hash of the network. */
  readonly throttleKey: string
  /** Registrations of a network in a window, at most. */
  readonly limit: number
  /** Seconds. */
  readonly window: number
}

/** What became of a registration. */
export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly client: ClientRecord }
  /** Too many from this network, until then; in seconds since 1970. */
  | { readonly kind: 'limited'; readonly resetAt: number }

/** What clients that register themselves need of a storage. Each call is one round trip. */
export interface RegistrationStore {
  /** Counts a registration against its network and, within the limit, makes the client: all or nothing. */
  register(client: NewRegistration, mark: OperatorMark): Promise<RegistrationOutcome>

  /** Reads an enabled client by its registration access token; null where there is none. */
  readRegistration(clientId: string, tokenId: string): Promise<ClientRecord | null>

  /** Which of some scopes the scope table has. */
  readScopes(names: readonly string[]): Promise<readonly string[]>

  /**
   * Deletes clients that registered themselves before a time and that nobody has used: they have no consent and no grant.
   * @returns how many
   */
  expireUnused(before: number, limit: number, now: number): Promise<number>
}
