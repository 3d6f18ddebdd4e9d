import type { BrowseAdmin } from './browse.ts'
import type { Client, JsonObject, PasswordSignIn, RequestMark, User } from './records.ts'

/** Which request of an operator writes: see `RequestMark`. */
export interface OperatorMark extends RequestMark {
  /** The id of the user that acts, or `cli`. */
  readonly actor: string
}

/** A part of a list. */
export interface Page {
  /** The last entry that was seen, by what the list is sorted by; null for the first part. */
  readonly after: string | null
  readonly limit: number
}

/** How long what a client gets is valid, in seconds; null if the settings decide. */
export interface TokenLifetimes {
  readonly accessTokenLifetime: number | null
  readonly refreshTokenLifetime: number | null
  /** How long the refresh token that was just replaced counts as a lost reply; 0 takes each for a replay. */
  readonly refreshReuseInterval: number | null
}

/** What a client may be registered with beside its id and secret (RFC 6749 2, RFC 7591 2). */
export type ClientMetadata = Omit<Client, 'clientId' | 'disabled'> & TokenLifetimes

/** A client to make. */
export interface NewClient {
  readonly clientId: string
  /** SHA-256 of its secret, base64url; null for a public client. */
  readonly secretHash: string | null
  readonly metadata: ClientMetadata
}

/** A client as operators see it: never with a secret. */
export interface ClientRecord extends Client, TokenLifetimes {
  readonly createdAt: number
  /** Grows with every change, so it tells whether somebody else was faster. */
  readonly updatedAt: number
}

/** Clients for operators. */
export interface ClientAdmin {
  /**
   * Makes a client.
   * @returns null where the id is taken; then nothing was written
   */
  createClient(client: NewClient, mark: OperatorMark): Promise<ClientRecord | null>

  readClient(clientId: string): Promise<ClientRecord | null>

  /**
   * Changes a client, if it is still what was read. One that becomes public loses its secrets.
   * @param seenAt `updatedAt` of the client whose change this is
   * @returns null where there is no such client, `stale` where it was changed since; then nothing was written
   */
  updateClient(
    clientId: string,
    change: ClientMetadata & { readonly disabled: boolean },
    seenAt: number,
    mark: OperatorMark,
  ): Promise<ClientRecord | 'stale' | null>

  /**
   * Gives a client a new secret. The newest of the old ones lives on for a while or ends; all others end, so that at most
   * two live.
   * @param keepOld seconds that the newest old secret lives on; 0 ends it
   * @returns the client, and when its old secret ends (null where it has ended); null where there is no such client,
   *   `public` where it is a client without a secret
   */
  rotateClientSecret(
    clientId: string,
    secretHash: string,
    keepOld: number,
    mark: OperatorMark,
  ): Promise<{ readonly client: ClientRecord; readonly oldEndsAt: number | null } | 'public' | null>

  /**
   * Deletes a client with its secrets, consents, grants and tokens.
   * @returns false where there is no such client
   */
  deleteClient(clientId: string, mark: OperatorMark): Promise<boolean>
}

/** A user to make. */
export interface NewUser {
  readonly id: string
  readonly username: string
  readonly usernameKey: string
  /** What the name looks like. */
  readonly usernameSkeleton: string
  readonly email: string | null
  readonly emailKey: string | null
  /** A PHC string. */
  readonly passwordHash: string
  readonly isStaff: boolean
}

/** A user as operators see it. */
export interface UserRecord extends User {
  /** What lists go by: the normalised name, or the id of a user of somebody else's table. */
  readonly usernameKey: string
  readonly isActive: boolean
  readonly createdAt: number
  readonly passwordChangedAt: number
  readonly lastSignInAt: number | null
}

/** Users for operators. They go by the normalised form of their names. */
export interface UserAdmin {
  /**
   * Makes a user.
   * @returns what is taken, where a user has that name or address already; then nothing was written
   */
  createUser(user: NewUser, mark: OperatorMark): Promise<UserRecord | 'username taken' | 'email taken'>

  readUser(usernameKey: string): Promise<UserRecord | null>

  /**
   * Changes a password. It ends the user's sessions and revokes the user's grants, and so all their tokens.
   * @param throttleKey the account's key, whose counter is cleared; null where it is not known
   * @returns null where there is no such user
   */
  setPassword(
    usernameKey: string,
    passwordHash: string,
    throttleKey: string | null,
    mark: OperatorMark,
  ): Promise<UserRecord | null>

  /**
   * Lets a user sign in, or no longer. Who is disabled loses sessions and grants, and does not get them back.
   * @returns null where there is no such user
   */
  setUserActive(usernameKey: string, active: boolean, mark: OperatorMark): Promise<UserRecord | null>

  /**
   * Changes what a user is. Who is no longer staff loses the sessions, too, and another address is not a verified one.
   * @returns null where there is no such user
   */
  updateUser(
    usernameKey: string,
    change: {
      readonly email: string | null
      readonly emailKey: string | null
      readonly isStaff: boolean
      /** A merge patch of the profile (RFC 7396); without it the profile stays. */
      readonly profile?: JsonObject
    },
    mark: OperatorMark,
  ): Promise<UserRecord | 'email taken' | null>

  /**
   * Deletes a user with sessions, consents, grants and tokens. Clients that the user owned lose their owner.
   * @returns false where there is no such user
   */
  deleteUser(usernameKey: string, mark: OperatorMark): Promise<boolean>

  /** Users of whom it is not kept what their names look like. */
  listWithoutSkeleton(limit: number): Promise<readonly { readonly id: string; readonly username: string }[]>

  /** Keeps what names look like, where that is not kept yet. */
  saveSkeletons(skeletons: readonly { readonly id: string; readonly skeleton: string }[]): Promise<void>
}

/** A scope of the table, which stands beside those of OAUTH_SCOPES or describes one of them. */
export interface ScopeRecord {
  readonly name: string
  readonly description: string
  readonly createdAt: number
}

/** Scopes for operators. */
export interface ScopeAdmin {
  /** Every scope of the table, by name. */
  listScopes(): Promise<readonly ScopeRecord[]>

  /**
   * Makes a scope.
   * @returns null where there is one of this name
   */
  createScope(name: string, description: string, mark: OperatorMark): Promise<ScopeRecord | null>

  /**
   * Describes a scope anew.
   * @returns null where there is no such scope
   */
  updateScope(name: string, description: string, mark: OperatorMark): Promise<ScopeRecord | null>

  /**
   * Deletes a scope. Tokens that have it keep it; nobody gets it any more.
   * @returns false where there is no such scope
   */
  deleteScope(name: string, mark: OperatorMark): Promise<boolean>
}

/** A token that storage knows: never the token itself. */
export interface TokenRecord {
  readonly kind: 'access' | 'refresh'
  /** Of a refresh token its grant's, which stays the same however often it rotates; of an access token this, a period and its number. */
  readonly id: string
  readonly clientId: string
  /** Null where a client acts for itself. */
  readonly username: string | null
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
}

/** Which tokens: of a user, of a client, or of both where both are given. */
export interface TokenFilter {
  readonly usernameKey: string | null
  readonly clientId: string | null
}

/** Sign-ins and consents for operators. */
export interface SignInAdmin {
  /**
   * Ends a session.
   * @returns false where none of this id lives
   */
  endSession(id: string, mark: OperatorMark): Promise<boolean>

  /** Ends every session of a user, and says how many lived. */
  endUserSessions(userId: string, mark: OperatorMark): Promise<number>

  /**
   * Withdraws a consent in its user's stead, with every grant that hangs from it.
   * @returns false where none of this id lives
   */
  withdrawConsent(id: string, mark: OperatorMark): Promise<boolean>

  /**
   * Notes that the operator has just given the password again, in a session of the operator's own.
   * @returns false where the session has ended, or the password is another one by now
   */
  confirmPassword(sessionId: string, signIn: PasswordSignIn, mark: OperatorMark): Promise<boolean>
}

/** Rows that a purge removed, by table. */
export interface PurgeCounts {
  readonly grants: number
  readonly sessions: number
  readonly throttle: number
  /** Every grant has been looked at, since the walk began that this call was a part of. */
  readonly isWalkOver: boolean
}

/** Tokens for operators. */
export interface TokenAdmin {
  /** Tokens of one kind by their id, live, expired and revoked. */
  listTokens(kind: TokenRecord['kind'], filter: TokenFilter, page: Page): Promise<readonly TokenRecord[]>

  /**
   * Revokes tokens: those that the filter names (one of its parts must be given), an access token by its id, or a refresh
   * token by its grant's id together with all that hangs from it.
   * @returns how many tokens lived until now
   */
  revokeTokens(target: TokenFilter | { readonly id: string }, mark: OperatorMark): Promise<number>

  /**
   * Adds up what has happened since the last time, so that pictures of it need not count again.
   * @param now seconds since 1970
   */
  addUpActivity(now: number): Promise<void>

  /**
   * Removes what has expired and is not needed to know a replay. Audit events stay. Grants are looked at part by part, each call
   * beginning where the one before ended.
   * @param limit rows of each table at most; of grants some times as many are looked at
   * @param now seconds since 1970
   */
  purge(limit: number, now: number): Promise<PurgeCounts>
}

/**
 * What operators need of a storage, beside the protocol's part: lists, edits, the purge. Each call is one round trip;
 * `read…` and `list…` never write, every other call is one atomic write with its audit event.
 */
export interface AdminStore
  extends BrowseAdmin, ClientAdmin, UserAdmin, ScopeAdmin, SignInAdmin, TokenAdmin {}
