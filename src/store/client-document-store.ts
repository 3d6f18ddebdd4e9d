import type { ClientMetadata } from './admin-store.ts'
import type { RequestMark } from './records.ts'

/** What is known about the document at an address. */
export interface KnownDocument {
  /** When the last valid copy was fetched, in seconds since 1970; null if there never was one. */
  readonly fetchedAt: number | null
  /** Until when it need not be fetched again. */
  readonly expiresAt: number
  /** When the last fetch was attempted. */
  readonly triedAt: number
}

/** What the storage knows about a client's address. */
export interface DocumentLookup {
  /** Whether somebody has registered a client under this id, so that no document describes it. */
  readonly isRegistered: boolean
  readonly document: KnownDocument | null
  /** Fetches that this network has caused in the window, this one included; 0 if none is needed. */
  readonly attempts: number
  readonly resetAt: number
}

/** A valid document. */
export interface GoodDocument {
  readonly clientId: string
  readonly text: string
  readonly metadata: ClientMetadata
  /** What was ignored in it, in sentences. */
  readonly notes: readonly string[]
  readonly expiresAt: number
}

/** What clients that a document describes need from a storage. Each call is one round trip. */
export interface ClientDocumentStore {
  /**
   * Reads what is known of an address, and counts a fetch against the network unless a copy is fresh, or one that expired
   * less than `maxStale` seconds ago was requested again within `retryAfter` seconds.
   */
  readDocument(
    wanted: {
      readonly clientId: string
      readonly maxStale: number
      readonly retryAfter: number
      readonly throttleKey: string
      /** Seconds in which the fetches of a network are counted. */
      readonly window: number
    },
    request: RequestMark,
  ): Promise<DocumentLookup>

  /**
   * Creates or updates the client that a document describes, unless somebody has registered one under its id, or a document
   * that was fetched later is known. If its name, home page or redirect URIs change, earlier consents are no longer valid.
   * Of the addresses that nobody has used, the newest 1,000 are kept.
   */
  saveDocument(document: GoodDocument, request: RequestMark): Promise<void>

  /** Records what is wrong with a document; the last valid copy stays. */
  noteProblem(clientId: string, problem: string, request: RequestMark): Promise<void>

  /**
   * Deletes addresses whose last fetch was before a time and that nobody has used: their clients have no consent and no
   * grant.
   * @returns how many
   */
  forgetUnused(before: number, limit: number, now: number): Promise<number>
}
