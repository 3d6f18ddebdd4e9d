export type * from './issuing.ts'

/**
 * What the client presented, not yet believed. Every commit carries it, and its SQL refuses what it does not support,
 * so authentication costs no trip of its own.
 */
export type ClientProof =
  /** A public client's client_id alone (RFC 6749 2.3, 3.2.1). */
  | { readonly method: 'none'; readonly clientId: string }
  /** SHA-256 of the presented client secret, base64url. */
  | { readonly method: 'secret'; readonly clientId: string; readonly secretHash: string }
  /**
   * What was checked before storage is asked, such as a signature or a certificate. It holds for a confidential client whose
   * registered `token_endpoint_auth_method` is this method, or who has none registered.
   */
  | {
      readonly method: 'verified'
      readonly clientId: string
      readonly authMethod: string
      /** What works once, and is spent by whatever carries the proof; left out where it may be shown again. */
      readonly spend?: SpentOnce
    }
  /** The front channel: the exact redirect URI that is registered (RFC 6749 4.2). */
  | { readonly method: 'redirect'; readonly clientId: string; readonly redirectUri: string }

/** A JWT that works in one request alone (RFC 7523 3). */
export interface SpentOnce {
  /** A hash of the client and the `jti`. */
  readonly jtiHash: string
  /** When it expires, and with it the need to remember it; in seconds since 1970. */
  readonly expiresAt: number
  /** The id of the request that spends it: whatever this request does with the same proof holds. */
  readonly requestId: string
}

/** Whether a client can keep a secret (RFC 6749 2.1). */
export type ClientType = 'confidential' | 'public'

/** An object of JSON. */
export interface JsonObject {
  readonly [name: string]: unknown
}

/** What a member of a client's metadata may hold. */
export type MetadataValue = string | number | boolean | null | readonly string[] | JsonObject

/** A client as the protocol sees it (RFC 6749 2). */
export interface Client {
  readonly clientId: string
  readonly type: ClientType
  readonly name: string
  readonly url: string | null
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  /** Names separated by spaces; null where the client may ask for every scope. */
  readonly scope: string | null
  readonly redirectUris: readonly string[]
  readonly autoAuthorize: boolean
  readonly authorizeEveryTime: boolean
  readonly requirePkce: boolean
  /** Members that no query asks for, by their names of RFC 7591; `readMember` reads them. */
  readonly metadata: Readonly<Record<string, MetadataValue>>
  readonly disabled: boolean
}

/** A person, as the protocol and the pages see one. */
export interface User {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly isStaff: boolean
}

/** A user with what a password is checked against. */
export interface UserWithPassword extends User {
  readonly passwordHash: string
}

/** A sign-in that lives. */
export interface Session {
  readonly id: string
  readonly user: User
  /** When the user gave the password. */
  readonly authTime: number
  readonly lastSeenAt: number
}

/** The last consent of a user to a client. */
export interface Consent {
  readonly id: string
  /** Names separated by spaces. */
  readonly scope: string
  readonly withdrawn: boolean
}

/** A scope as a person reads it. */
export interface ScopeDescription {
  readonly name: string
  readonly description: string
}

/** What an authorization request is decided by. */
export interface AuthorizationRecords {
  readonly client: Client | null
  readonly session: Session | null
  readonly consent: Consent | null
  /** Rows of the scope table for the scopes that may be meant. */
  readonly scopes: readonly ScopeDescription[]
}

/** How long sessions live without being used, in seconds, and the time to measure at. */
export interface SessionRule {
  readonly now: number
  readonly idleDelta: number
}

/** A sign-in to keep. */
export interface SessionCommit {
  readonly id: string
  readonly userId: string
  readonly userAgent: string
  /** The absolute limit. */
  readonly expiresAt: number
  /** The session that this browser had before; it ends. */
  readonly replaces: string | null
}

/** A user to make. */
export interface UserCommit {
  readonly id: string
  readonly username: string
  readonly usernameKey: string
  /** What the name looks like: nobody gets a name that looks like another user's. */
  readonly usernameSkeleton: string
  readonly email: string | null
  /** Null where other users may have the same address. */
  readonly emailKey: string | null
  readonly passwordHash: string
}

/** An application that can act for a user, by a consent or by tokens that it has without one. */
export interface AuthorizedClient {
  readonly clientId: string
  readonly name: string
  readonly url: string | null
  readonly redirectUri: string | null
  /** What it was allowed and what its live grants hold, names separated by spaces. */
  readonly scope: string
  /** Since when it has the access that it has now. */
  readonly authorizedAt: number
  /** The last token or refresh since then; null if it asked for none. */
  readonly lastUsedAt: number | null
  /** When a refresh token just replaced last came again from another network than its rotation's; null if none did. */
  readonly repeatedElsewhereAt: number | null
}

/** One of a user's sign-ins, as the account page shows it. */
export interface SessionSummary {
  readonly id: string
  readonly userAgent: string
  readonly network: string | null
  readonly authTime: number
  readonly lastSeenAt: number
}

/** A user's own page. */
export interface Account {
  readonly session: Session | null
  readonly authorizedClients: readonly AuthorizedClient[]
  readonly sessions: readonly SessionSummary[]
  readonly scopes: readonly ScopeDescription[]
}

/** What withdrawing a consent ended. */
export interface WithdrawnConsent {
  readonly clientName: string
  readonly refreshTokens: number
  readonly accessTokens: number
}

/** What an authorization code stands for, as KV keeps it under the code's id. */
export interface AuthorizationCode {
  readonly clientId: string
  readonly userId: string
  /** The session that approved it; a code of the first format does not say. */
  readonly sessionId: string | null
  readonly consentId: string
  readonly scope: string
  /** Where the code was sent. */
  readonly redirectUri: string
  /** The authorization request named it, so the token request must (RFC 6749 4.1.3). */
  readonly redirectUriGiven: boolean
  /** base64url SHA-256; null where the request had none (RFC 7636). */
  readonly codeChallenge: string | null
  /** What the grant keeps of the request; null if that is nothing. */
  readonly details: GrantDetails | null
  readonly authTime: number
  /** The real limit: KV keeps entries for at least 60 seconds. */
  readonly expiresAt: number
}

/** A password sign-in that has just succeeded, to be settled in the commit that it allows. */
export interface PasswordSignIn {
  /** The hash that the password was checked against: the commit demands that it is still the user's. */
  readonly passwordHash: string
  /** A stronger hash to take its place; null where none is needed. */
  readonly rehash: string | null
  /** The user of somebody else's table, who gets a row here in the same commit; null for our own users. */
  readonly external: User | null
  readonly throttleKeys: ThrottleKeys
}

/** Keyed hashes of what a password attempt counts against. */
export interface ThrottleKeys {
  readonly account: string
  readonly network: string
}

/** Which request writes: makes a batch that is sent again recognise itself, and says when and from where. */
export interface RequestMark {
  /** Random for each HTTP request. */
  readonly id: string
  /** Seconds since 1970. */
  readonly now: number
  /** The network address that the edge saw; null where there is none. */
  readonly network: string | null
}

/**
 * What a grant keeps for the tokens that are issued from it: a JSON object whose members a feature reads that put them there.
 * `claims` is what OpenID Connect was asked for, `resource` the servers that tokens are for (RFC 8707), `cnf` the key that
 * tokens are bound to (RFC 7800).
 */
export type GrantDetails = Readonly<Record<string, unknown>>

/** What a token of a grant says: the grant, and the number of the token in it. */
export interface TokenName {
  /** Of a token of the first format, or of another provider, an alias that leads to the grant. */
  readonly grantId: string
  readonly sequence: number
}

/** An access token as it is looked up. Where the alias in `grantId` knows the number, it is null here. */
export interface AccessTokenName {
  readonly grantId: string
  readonly sequence: number | null
}

/** A token as revocation and introspection look it up. */
export type TokenReference =
  | ({ readonly kind: 'access' } & AccessTokenName)
  | ({ readonly kind: 'refresh' } & TokenName)
  /** Another provider made it, so it does not say its kind: the alias of an access token, or of the refresh token 0 of a grant. */
  | { readonly kind: 'imported'; readonly access: string; readonly refresh: string }

/** A live token (RFC 7662 2.2). */
export interface LiveToken {
  readonly kind: 'access' | 'refresh'
  readonly grantId: string
  readonly sequence: number
  readonly clientId: string
  readonly scope: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Null where a client acts for itself. */
  readonly user: User | null
  /** When the user gave the password; null where there is no user. */
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly details: GrantDetails | null
}

/** Answer to a password attempt, before any hashing. */
export interface PasswordAttempt {
  /** The client's verdict; true where no client takes part. */
  readonly authenticated: boolean
  readonly hasGrantType: boolean
  /** Attempts in the window, this one included. */
  readonly accountAttempts: number
  readonly networkAttempts: number
  /** When the window that is full ends. */
  readonly accountResetAt: number
  readonly networkResetAt: number
  readonly user: UserWithPassword | null
}

/** A consent to save: changes a consent that lives by what was allowed and refused, or makes a new one. */
export interface ConsentCommit {
  readonly userId: string
  readonly clientId: string
  /** Id of the consent, where none lives. */
  readonly id: string
  /** What the user allowed: names separated by spaces. */
  readonly scope: string
  /** What was asked for beside it: an older consent allows it no longer. Names separated by spaces, or empty. */
  readonly refused: string
}
