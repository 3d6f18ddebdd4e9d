import type { AdminStore } from '../../store/admin-store.ts'

/** A JSON object that a server returns. */
export type Json = Readonly<Record<string, unknown>>

/** What an address answers to a request without a token. */
export interface Probed {
  readonly status: number
  /** The header `WWW-Authenticate`; null if there is none. */
  readonly challenge: string | null
}

/** What the doctor examines, and how. */
export interface Grounds {
  /** The authorization server metadata of the provider, which is all that a client knows about it (RFC 8414). */
  readonly metadata: Json
  readonly store: Pick<AdminStore, 'browse' | 'readRecord'>
  /** Seconds since 1970. */
  readonly now: number
  /**
   * Fetches a JSON object, if the guard allows the address.
   * @throws {Error} with the problem as the end of a sentence that begins with the address
   */
  fetchJson(address: string): Promise<Json>
  /**
   * Calls an MCP server without a token, if the guard allows the address.
   * @throws {Error} as `fetchJson`
   */
  probe(address: string): Promise<Probed>
  /** Why the document at an address may not describe a client here, as the end of a sentence; null if it may. */
  addressProblem(address: string): string | null
  /**
   * Checks a client's document.
   * @returns what is ignored in it, in sentences
   * @throws {Error} it is not usable
   */
  checkDocument(json: Json, address: string): readonly string[]
  /** Why a redirect URI cannot be registered, as a sentence; null if it can. */
  redirectProblem(uri: string): string | null
}

/** One step of the examination. */
export interface Finding {
  /** `wrong` stops a client, `odd` may be intended. */
  readonly state: 'right' | 'odd' | 'wrong'
  readonly text: string
}

/** What a known client would do. */
export interface Prognosis {
  readonly client: string
  /** Whether it would get through. */
  readonly works: boolean
  /** What it does, step by step; if it stops, the last step says where. */
  readonly steps: readonly string[]
}

/** The doctor's findings. */
export interface Diagnosis {
  readonly target: string
  readonly kind: 'client' | 'document' | 'MCP server' | 'redirect URI' | 'nothing'
  readonly findings: readonly Finding[]
  readonly clients: readonly Prognosis[]
  /** The last refusals of the client, newest first, in words. */
  readonly refusals: readonly string[]
}
