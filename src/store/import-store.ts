import type { OperatorMark } from './admin-store.ts'
import type { ClientProof, RequestMark, UserNames } from './records.ts'

/** Another provider's user; the id is derived from the source, so that the same user is recognized when imported again. */
export interface ImportedUser extends UserNames {
  /** Hash of the source's natural key for the user. */
  readonly nameId: string
  readonly isStaff: boolean
  readonly isActive: boolean
  /** A JSON object. */
  readonly profile: string
  readonly createdAt: number
  readonly lastSignInAt: number | null
}

/** The user of an imported record, always from the same source, by id or by the hash of a natural key. */
export type UserReference = { readonly userId: string } | { readonly nameId: string }

/** What every record about a user and a client contains. */
interface OfClient {
  readonly user: UserReference | null
  readonly clientId: string
  /** Whether the client is part of the same import, although this dry run does not write it. */
  readonly clientAssumed: boolean
  /** The same for the user. */
  readonly userAssumed: boolean
}

/** A consent that a user gave at another provider. */
export interface ImportedConsent extends OfClient {
  readonly id: string
  readonly scope: string
  readonly authorizedAt: number
}

/** A refresh token that another provider issued; it becomes the first of a grant. */
export interface ImportedRefreshToken extends OfClient {
  /** The alias under which storage knows the token, see `readImportedToken`. */
  readonly alias: string
  /** The grant to create, see `sortableId`; the same each time the token is imported. */
  readonly grantId: string
  /** Names the access token whose scope is the grant's. */
  readonly accessToken: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** An access token that another provider issued. */
export interface ImportedAccessToken extends OfClient {
  /** The alias under which storage knows the token, see `readImportedToken`. */
  readonly alias: string
  /** The name by which refresh tokens refer to it. */
  readonly name: string
  /** The grant to create if no refresh token has created one, see `sortableId`. */
  readonly grantId: string
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** What happened to a record, or would happen to it. */
export type ImportOutcome =
  | 'created'
  | 'updated'
  /** It exists, and is up to date. */
  | 'same'
  /** It exists and has been used since, so it is not changed. */
  | 'used'
  /** Something else has its name. */
  | 'taken'
  | 'no user'
  | 'no client'
  /** The user has withdrawn the consent, or changed the password, since the previous import. */
  | 'ended'
  | 'expired'
  /** An earlier import created it, and it has been deleted here since. */
  | 'deleted'

/** How to import: `dry` reports what would happen to the records, and writes nothing. */
export interface ImportMode {
  readonly mark: OperatorMark
  readonly dry: boolean
  /** Whether to bring back records that were deleted here since an earlier import. */
  readonly restore: boolean
}

/**
 * Imports another provider's data. Every call is one round trip for some hundred records, which may be imported again with
 * the same result. Outcomes are in the order of the records.
 */
export interface ImportStore {
  /** Creates users; changes those who have not signed in here yet. An email address that somebody else has is saved without its key. */
  importUsers(users: readonly ImportedUser[], mode: ImportMode): Promise<readonly ImportOutcome[]>

  /** Creates consents; existing ones stay as they are. */
  importConsents(consents: readonly ImportedConsent[], mode: ImportMode): Promise<readonly ImportOutcome[]>

  /** Creates a grant for each refresh token. It is not valid before its access token, valid or expired, has been imported. */
  importRefreshTokens(
    tokens: readonly ImportedRefreshToken[],
    mode: ImportMode,
  ): Promise<readonly ImportOutcome[]>

  /** Creates access tokens, with grants and consents if they have none, and makes the grants that wait for them valid. */
  importAccessTokens(
    tokens: readonly ImportedAccessToken[],
    mode: ImportMode,
  ): Promise<readonly ImportOutcome[]>

  /**
   * Removes grants that still wait for their access token.
   * @returns the names of the access tokens, at most `limit`
   */
  removeWaitingGrants(limit: number): Promise<readonly string[]>

  /** Returns the ids whose records an import has created, whether or not they still exist. At most some hundred. */
  readImported(ids: readonly string[]): Promise<ReadonlySet<string>>

  /** Records that an import has created the records of these ids. At most some hundred. */
  rememberImported(ids: readonly string[]): Promise<void>

  /** Sets the owner of a client that has none. */
  setClientOwner(clientId: string, owner: UserReference): Promise<void>
}

/** The protocol's part of a storage that accepts imports: client secrets as hashes of the previous provider. */
export interface ImportedSecretStore {
  /** Returns whether a proof by secret is valid by now, and the imported hash of the client's secret; null if there is none. */
  readImportedSecret(
    proof: ClientProof,
    now: number,
  ): Promise<{ readonly proven: boolean; readonly hash: string | null }>

  /** Replaces another provider's hash with that of a proof by secret. */
  replaceImportedSecret(proof: ClientProof, importedHash: string, request: RequestMark): Promise<void>
}

/** Returns whether a storage accepts secrets of the previous provider; an embedder's own need not. */
export function takesImportedSecrets(store: object): store is ImportedSecretStore {
  return 'readImportedSecret' in store && 'replaceImportedSecret' in store
}
