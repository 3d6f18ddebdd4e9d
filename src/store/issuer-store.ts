import type { OperatorMark } from './admin-store.ts'

/** How an issuer's subject is mapped to a user: by the user's id or name, or by its verified `email`. */
export type SubjectMapping = 'email' | 'id' | 'username'

/** Another authorization server whose assertions about users are trusted (RFC 7523 3). */
export interface TrustedIssuer {
  /** Its issuer identifier. */
  readonly issuer: string
  /** The name that staff see. */
  readonly name: string
  /** The URL of its keys. */
  readonly jwksUri: string
  /** The audience of its assertions; null for our issuer identifier. */
  readonly audience: string | null
  readonly subject: SubjectMapping
}

/** A trusted issuer of the table. */
export interface TrustedIssuerRecord extends TrustedIssuer {
  readonly createdAt: number
}

/** What assertions of other issuers need from a storage. Each call is one round trip. */
export interface IssuerStore {
  /** Lists all trusted issuers, sorted by identifier. */
  listIssuers(): Promise<readonly TrustedIssuerRecord[]>

  /** Reads a trusted issuer; null if there is none. */
  readIssuer(issuer: string): Promise<TrustedIssuer | null>

  /**
   * Returns the id of the active user that a subject identifies; null if there is none. An email address counts only if the
   * user has proved it.
   * @param key the value as names or addresses are compared
   */
  findUser(by: SubjectMapping, value: string, key: string): Promise<string | null>

  /** @returns false if there is one with this identifier; then nothing is written */
  createIssuer(issuer: TrustedIssuer, mark: OperatorMark): Promise<boolean>

  /** @returns false if there is none */
  updateIssuer(issuer: TrustedIssuer, mark: OperatorMark): Promise<boolean>

  /**
   * Deletes a trusted issuer. Tokens from its assertions are valid until they expire.
   * @returns false if there is none
   */
  deleteIssuer(issuer: string, mark: OperatorMark): Promise<boolean>
}
