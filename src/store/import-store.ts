import type { OperatorMark } from './admin-store.ts'
import type { ClientProof, RequestMark } from './records.ts'

/** A user that another provider had. */
export interface ImportedUser {
  /** Follows from where the user comes from, so that the same user imported again is known. */
  readonly id: string
  /** What natural keys of the source name the user by, hashed. */
  readonly nameId: string
  readonly username: string
  readonly usernameKey: string
  /** What the name looks like, see `usernameSkeleton`. */
  readonly usernameSkeleton: string
  readonly email: string | null
  readonly emailKey: string | null
  /** A hash that a sign-in can check, or one that none matches. */
  readonly passwordHash: string
  readonly isStaff: boolean
  readonly isActive: boolean
  /** A JSON object. */
  readonly profile: string
  readonly createdAt: number
  readonly lastSignInAt: number | null
}

/** Whom an imported record speaks of, always one that the same source has brought: by the user's id, or by the hash of a natural key. */
export type UserReference = { readonly userId: string } | { readonly nameId: string }

/** What every record about a user and a client holds. */
interface OfClient {
  readonly user: UserReference | null
  readonly clientId: string
  /** The client comes with the same import, though this run, a dry one, does not write it. */
  readonly clientAssumed: boolean
  /** The same of the user. */
  readonly userAssumed: boolean
}

/** A consent that a user gave at another provider. */
export interface ImportedConsent extends OfClient {
  readonly id: string
  readonly scope: string
  readonly authorizedAt: number
}

/** A refresh token that another provider made: it becomes the first of a grant. */
export interface ImportedRefreshToken extends OfClient {
  /** What storage knows the token by, see `readImportedToken`. */
  readonly alias: string
  /** The grant to make, see `sortableId`; the same each time the token is imported. */
  readonly grantId: string
  /** Names the access token whose scope is the grant's. */
  readonly accessToken: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** An access token that another provider made. */
export interface ImportedAccessToken extends OfClient {
  /** What storage knows the token by, see `readImportedToken`. */
  readonly alias: string
  /** What refresh tokens name it by. */
  readonly name: string
  /** The grant to make where no refresh token has made one, see `sortableId`. */
  readonly grantId: string
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** What became of a record, or would become of it. */
export type ImportOutcome =
  | 'created'
  | 'updated'
  /** It is here, and as it should be. */
  | 'same'
  /** It is here and has been used since, so it is not changed any more. */
  | 'used'
  /** Something else has its name. */
  | 'taken'
  | 'no user'
  | 'no client'
  /** The user has withdrawn the consent, or changed the password, since the import before. */
  | 'ended'
  | 'expired'
  /** An earlier import has brought it, and it was deleted here since. */
  | 'deleted'

/** How to import: `dry` says what would become of the records, and writes nothing. */
export interface ImportMode {
  readonly mark: OperatorMark
  readonly dry: boolean
  /** Brings back what was deleted here since an earlier import. */
  readonly restore: boolean
}

/**
 * Takes over what another provider had. Every call is one round trip for some hundred records, which may be imported again and
 * then give the same result. Outcomes are in the order of the records.
 */
export interface ImportStore {
  /** Makes users; changes those who have not signed in here yet. An email address that somebody else has is kept, without its key. */
  importUsers(users: readonly ImportedUser[], mode: ImportMode): Promise<readonly ImportOutcome[]>

  /** Makes consents; those that are here stay as they are. */
  importConsents(consents: readonly ImportedConsent[], mode: ImportMode): Promise<readonly ImportOutcome[]>

  /** Makes a grant of each refresh token. It does not live before its access token, live or expired, has been imported. */
  importRefreshTokens(
    tokens: readonly ImportedRefreshToken[],
    mode: ImportMode,
  ): Promise<readonly ImportOutcome[]>

  /** Makes access tokens, with their grants and consents where they have none, and lets the grants that wait for them live. */
  importAccessTokens(
    tokens: readonly ImportedAccessToken[],
    mode: ImportMode,
  ): Promise<readonly ImportOutcome[]>

  /**
   * Removes grants that still wait for their access token.
   * @returns the names of the access tokens, at most `limit`
   */
  removeWaitingGrants(limit: number): Promise<readonly string[]>

  /** Tells which ids an import has brought a record of, whether or not that is here still. At most some hundred. */
  readImported(ids: readonly string[]): Promise<ReadonlySet<string>>

  /** Remembers that an import has brought the records of these ids. At most some hundred. */
  rememberImported(ids: readonly string[]): Promise<void>

  /** Sets the owner of a client that has none. */
  setClientOwner(clientId: string, owner: UserReference): Promise<void>
}

/** The protocol's part of a storage that takes imports: secrets of clients by the hash of the provider before. */
export interface ImportedSecretStore {
  /** Tells whether a proof by secret holds by now, and the hash that stands for the client's secret; null where there is none. */
  readImportedSecret(
    proof: ClientProof,
    now: number,
  ): Promise<{ readonly proven: boolean; readonly hash: string | null }>

  /** Puts the hash of a proof by secret in the place of the one that another provider made. */
  replaceImportedSecret(proof: ClientProof, importedHash: string, request: RequestMark): Promise<void>
}

/** Tells whether a storage takes secrets of the provider before; one that embedders bring need not. */
export function takesImportedSecrets(store: object): store is ImportedSecretStore {
  return 'readImportedSecret' in store && 'replaceImportedSecret' in store
}
