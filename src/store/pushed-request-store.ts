import type { Client, ClientProof, RequestMark, ScopeDescription } from './records.ts'

/** An authorization request to save. */
export interface NewPushedRequest {
  readonly proof: ClientProof
  /** 128 bits, hexadecimal. */
  readonly id: string
  /** Its parameters, sealed. */
  readonly sealed: string
  /** Seconds since 1970. */
  readonly expiresAt: number
  /** Names to look up in the scope table; the client's own are included. */
  readonly scopes: readonly string[]
  /** The limit for requests of public clients: a keyed hash of the network, and how many it may push in a window. */
  readonly throttle: { readonly key: string; readonly limit: number; readonly window: number }
}

/** What a push found. */
export interface PushOutcome {
  /** Null if the proof is invalid; then nothing is saved. */
  readonly client: Client | null
  readonly scopes: readonly ScopeDescription[]
  /** When the network may push again, in seconds since 1970; null if it may now. */
  readonly limitedUntil: number | null
}

/** A pushed request, as it was saved. */
export interface PushedRequest {
  readonly clientId: string
  readonly sealed: string
  readonly expiresAt: number
  readonly answered: boolean
}

/** What pushed authorization requests need from a storage. Each call is one round trip. */
export interface PushedRequestStore {
  /**
   * Authenticates the client, saves its request, and reads what checking the request needs. The request is saved before it
   * is checked; if it is refused, it stays under a name that nobody learns.
   */
  push(pushed: NewPushedRequest, request: RequestMark): Promise<PushOutcome>

  /** Reads a request; null if there is none. */
  read(id: string): Promise<PushedRequest | null>

  /**
   * Records that a request is answered.
   * @param visit to the authorization endpoint; the same one may answer again
   * @returns false if another visit has answered it, or it is gone
   */
  answer(id: string, visit: string): Promise<boolean>

  /**
   * Deletes requests that expired before a time.
   * @returns how many
   */
  expire(before: number, limit: number): Promise<number>
}
