import type { BrowseAdmin } from './browse.ts'
import type { Client, JsonObject, RequestMark, User, UserNames } from './records.ts'
import type { UpkeepStore } from './upkeep-store.ts'

/** Identifies an operator's request that writes; see `RequestMark`. */
export interface OperatorMark extends RequestMark {
  /** The id of the acting user, or `cli`. */
  readonly actor: string
}

/** A part of a list. */
export interface Page {
  /** The sort key of the last entry seen; null for the first part. */
  readonly after: string | null
  readonly limit: number
}

/** How long a client's tokens are valid, in seconds; null if the settings decide. */
export interface TokenLifetimes {
  readonly accessTokenLifetime: number | null
  readonly refreshTokenLifetime: number | null
  /** How long the refresh token that was just replaced counts as a lost reply; with 0, each use is a replay. */
  readonly refreshReuseInterval: number | null
}

/** What a client may be registered with, besides its id and secret (RFC 6749 2, RFC 7591 2). */
export type ClientMetadata = Omit<Client, 'clientId' | 'disabled'> & TokenLifetimes

/** A client to create. */
export interface NewClient {
  readonly clientId: string
  /** SHA-256 of its secret, base64url; null for a public client. */
  readonly secretHash: string | null
  readonly metadata: ClientMetadata
}

/** A client as operators see it, without its secret. */
export interface ClientRecord extends Client, TokenLifetimes {
  readonly createdAt: number
  /** Increases with every change, which reveals concurrent changes. */
  readonly updatedAt: number
}

/** What operators can do with clients. */
export interface ClientAdmin {
  /**
   * Creates a client.
   * @returns null if the id is taken; then nothing is written
   */
  createClient(client: NewClient, mark: OperatorMark): Promise<ClientRecord | null>

  readClient(clientId: string): Promise<ClientRecord | null>

  /**
   * Changes a client if it has not been changed since it was read. A client that becomes public loses its secrets.
   * @param seenAt `updatedAt` of the client as it was read
   * @returns null if there is no such client, `stale` if it has been changed since; then nothing is written
   */
  updateClient(
    clientId: string,
    change: ClientMetadata & { readonly disabled: boolean },
    seenAt: number,
    mark: OperatorMark,
  ): Promise<ClientRecord | 'stale' | null>

  /**
   * Gives a client a new secret. The newest old one stays valid for a while or expires; all others expire.
   * @param keepOld seconds for which the newest old secret stays valid; 0 ends it
   * @returns the client, and when its old secret expires (null if it has); null for no such client, `public` for one without
   *   a secret
   */
  rotateClientSecret(
    clientId: string,
    secretHash: string,
    keepOld: number,
    mark: OperatorMark,
  ): Promise<{ readonly client: ClientRecord; readonly oldEndsAt: number | null } | 'public' | null>

  /**
   * Deletes a client with its secrets, consents, grants and tokens.
   * @returns false if there is no such client
   */
  deleteClient(clientId: string, mark: OperatorMark): Promise<boolean>
}

/** A user that an operator creates. */
export interface NewUser extends UserNames {
  readonly isStaff: boolean
}

/** A user as operators see it. */
export interface UserRecord extends User {
  /** The key that lists use: the normalised name, or the id of a user who is kept elsewhere. */
  readonly usernameKey: string
  readonly isActive: boolean
  readonly createdAt: number
  readonly passwordChangedAt: number
  readonly lastSignInAt: number | null
}

/** What operators can do with users. Users are identified by the normalised form of their names. */
export interface UserAdmin {
  /**
   * Creates a user.
   * @returns what is taken, if a user has that name or address already; then nothing is written
   */
  createUser(user: NewUser, mark: OperatorMark): Promise<UserRecord | 'username taken' | 'email taken'>

  readUser(usernameKey: string): Promise<UserRecord | null>

  /**
   * Changes a password, ends the user's sessions, and revokes the user's grants and with them all tokens.
   * @param throttleKey the account's key, whose counter is reset; null if unknown
   * @returns null if there is no such user
   */
  setPassword(
    usernameKey: string,
    passwordHash: string,
    throttleKey: string | null,
    mark: OperatorMark,
  ): Promise<UserRecord | null>

  /**
   * Saves a link with which a user chooses a new password, for the operator to send or hand over.
   * @returns false if there is no such user, or the user is disabled
   */
  startRecovery(
    usernameKey: string,
    link: { readonly id: string; readonly expiresAt: number },
    mark: OperatorMark,
  ): Promise<boolean>

  /**
   * Enables or disables a user. A disabled user loses sessions and grants, and does not get them back.
   * @returns null if there is no such user
   */
  setUserActive(usernameKey: string, active: boolean, mark: OperatorMark): Promise<UserRecord | null>

  /**
   * Changes a user. One who is no longer staff loses the sessions, too, and a new address is not verified.
   * @returns null if there is no such user
   */
  updateUser(
    usernameKey: string,
    change: {
      readonly email: string | null
      readonly emailKey: string | null
      readonly isStaff: boolean
      /** A merge patch of the profile (RFC 7396); by default the profile stays. */
      readonly profile?: JsonObject
    },
    mark: OperatorMark,
  ): Promise<UserRecord | 'email taken' | null>

  /**
   * Deletes a user with all sessions, consents, grants and tokens. The user's clients lose their owner.
   * @returns false if there is no such user
   */
  deleteUser(usernameKey: string, mark: OperatorMark): Promise<boolean>

  /**
   * Removes a user's one-time codes, recovery codes and remembered browsers, and ends the sessions, consents and grants.
   * @returns false if the user has no second factor
   */
  removeSecondFactor(usernameKey: string, mark: OperatorMark): Promise<boolean>

  /**
   * Unlinks all of a user's accounts elsewhere, even the last way to sign in, and ends the sessions, consents and grants.
   * @returns false if there are none
   */
  unlinkAccounts(usernameKey: string, mark: OperatorMark): Promise<boolean>
}

/** A scope of the table, which supplements OAUTH_SCOPES or describes one of them. */
export interface ScopeRecord {
  readonly name: string
  readonly description: string
  readonly createdAt: number
}

/** What operators can do with scopes. */
export interface ScopeAdmin {
  /**
   * Creates a scope.
   * @returns null if there is one with this name
   */
  createScope(name: string, description: string, mark: OperatorMark): Promise<ScopeRecord | null>

  /**
   * Changes the description of a scope.
   * @returns null if there is no such scope
   */
  updateScope(name: string, description: string, mark: OperatorMark): Promise<ScopeRecord | null>

  /**
   * Deletes a scope. Tokens that have it keep it, but it is no longer granted.
   * @returns false if there is no such scope
   */
  deleteScope(name: string, mark: OperatorMark): Promise<boolean>
}

/** What the storage knows about a token, without the token itself. */
export interface TokenRecord {
  readonly kind: 'access' | 'refresh'
  /**
   * For a refresh token the id of its grant, which stays the same when it rotates; for an access token that id, a period and
   * its number.
   */
  readonly id: string
  readonly clientId: string
  /** Null if a client acts for itself. */
  readonly username: string | null
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
}

/** Selects tokens of a user, of a client, or of both if both are given. */
export interface TokenFilter {
  readonly usernameKey: string | null
  readonly clientId: string | null
}

/** What operators can do with sign-ins and consents. */
export interface SignInAdmin {
  /**
   * Ends a session.
   * @returns false if there is no valid session with this id
   */
  endSession(id: string, mark: OperatorMark): Promise<boolean>

  /** Ends every session of a user, and returns how many were valid. */
  endUserSessions(userId: string, mark: OperatorMark): Promise<number>

  /**
   * Withdraws a consent on behalf of its user, with every grant that belongs to it.
   * @returns false if there is no valid
   * consent with this id
   */
  withdrawConsent(id: string, mark: OperatorMark): Promise<boolean>
}

/** Lists for the command line, which the Worker does without. */
export interface TokenLists {
  /** Lists tokens of one kind by their id, whether valid, expired or revoked. */
  listTokens(kind: TokenRecord['kind'], filter: TokenFilter, page: Page): Promise<readonly TokenRecord[]>
}

/** What operators can do with tokens. */
export interface TokenAdmin {
  /**
   * Revokes tokens: those that the filter names (one of its parts must be given), an access token by its id, or a refresh
   * token by its grant's id, together with everything that belongs to it.
   * @returns how many tokens were valid until now
   */
  revokeTokens(target: TokenFilter | { readonly id: string }, mark: OperatorMark): Promise<number>
}

/**
 * What operators need from a storage, besides the protocol's part: lists, changes, and what every provider needs. Each call is
 * one round trip;
 * `read…` and `list…` never write, every other call is one atomic write with its audit event.
 */
export interface AdminStore
  extends BrowseAdmin, ClientAdmin, UserAdmin, ScopeAdmin, SignInAdmin, TokenAdmin, UpkeepStore {}
