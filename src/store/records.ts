import type { Session, SessionSummary } from './session-records.ts'
import type { GrantDetails } from './tokens.ts'

export type * from './issuing.ts'
export type * from './session-records.ts'
export type * from './tokens.ts'

/**
 * What the client presented, not yet verified. Every commit contains it, and its SQL refuses what the proof does not cover,
 * so authentication costs no extra trip.
 */
export type ClientProof =
  /** A public client's client_id alone (RFC 6749 2.3, 3.2.1). */
  | { readonly method: 'none'; readonly clientId: string }
  /** SHA-256 of the presented client secret, base64url. */
  | { readonly method: 'secret'; readonly clientId: string; readonly secretHash: string }
  /**
   * A proof that was verified before storage is asked, such as a signature or a certificate. It is valid for a confidential
   * client whose
   * registered `token_endpoint_auth_method` is this method, or who has none registered.
   */
  | {
      readonly method: 'verified'
      readonly clientId: string
      readonly authMethod: string
      /** The part that may be used once, which the commit spends; undefined if the proof may be reused. */
      readonly spend?: SpentOnce
    }
  /** The front channel: the exact registered redirect URI (RFC 6749 4.2). */
  | { readonly method: 'redirect'; readonly clientId: string; readonly redirectUri: string }

/** A JWT that works in only one request (RFC 7523 3). */
export interface SpentOnce {
  /** A hash of the client and the `jti`. */
  readonly jtiHash: string
  /** When it expires and need no longer be remembered, in seconds since 1970. */
  readonly expiresAt: number
  /** The id of the request that spends it; everything that this request does with the same proof is valid. */
  readonly requestId: string
}

/** Whether a client can keep a secret (RFC 6749 2.1). */
export type ClientType = 'confidential' | 'public'

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: unknown
}

/** The value of a member of a client's metadata. */
export type MetadataValue = string | number | boolean | null | readonly string[] | JsonObject

/** A client as the protocol sees it (RFC 6749 2). */
export interface Client {
  readonly clientId: string
  readonly type: ClientType
  readonly name: string
  readonly url: string | null
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  /** Names separated by spaces; null if the client may ask for every scope. */
  readonly scope: string | null
  readonly redirectUris: readonly string[]
  readonly autoAuthorize: boolean
  readonly authorizeEveryTime: boolean
  readonly requirePkce: boolean
  /** Members that no query needs, by their names in RFC 7591; `readMember` reads them. */
  readonly metadata: Readonly<Record<string, MetadataValue>>
  readonly disabled: boolean
}

/** What of a client decides how it knows a user (OpenID Connect Core 8). */
export type SubjectClient = Pick<Client, 'clientId' | 'metadata' | 'redirectUris' | 'type'>

/** What is known about a person, for claims. */
export interface Person {
  readonly id: string
  readonly username: string
  readonly email: string | null
  /** Whether the person has proved to own the address. */
  readonly emailVerified: boolean
  /** Claims, by their names in OpenID Connect Core 5.1. */
  readonly profile: JsonObject
  /** When this last changed, in seconds since 1970. */
  readonly updatedAt: number
}

/** A person, as the protocol and the pages see one. */
export interface User {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly isStaff: boolean
}

/** A user with the hash to check a password against. */
export interface UserWithPassword extends User {
  readonly passwordHash: string
  /** Whether the user has one-time codes, so that the password alone is not enough. */
  readonly hasSecondFactor?: boolean
}

/** The last consent of a user to a client. */
export interface Consent {
  readonly id: string
  /** Names separated by spaces. */
  readonly scope: string
  readonly withdrawn: boolean
  /** What it allows at resources, each entry a scope, a space and the key of the resource (RFC 8707). Defaults to nothing. */
  readonly targets?: readonly string[]
}

/** A scope with its description for people. */
export interface ScopeDescription {
  readonly name: string
  readonly description: string
}

/** The records that decide an authorization request. */
export interface AuthorizationRecords {
  readonly client: Client | null
  readonly session: Session | null
  readonly consent: Consent | null
  /** Rows of the scope table for the scopes in question. */
  readonly scopes: readonly ScopeDescription[]
}

/** An address as somebody typed it, with the key by which addresses are compared. */
export interface TypedAddress {
  readonly email: string
  readonly emailKey: string
}

/** What creating any user needs. */
export interface UserNames {
  readonly id: string
  readonly username: string
  readonly usernameKey: string
  /** What the name looks like, see `usernameSkeleton`; nobody can sign up with a name that looks like another user's. */
  readonly usernameSkeleton: string
  readonly email: string | null
  /** Null if other users may have the same address. */
  readonly emailKey: string | null
  /** A hash that a sign-in can check, or one that no password matches. */
  readonly passwordHash: string
}

/** Somebody who signs up. */
export interface UserCommit extends UserNames {
  /** The invitation that the sign-up spends, if it needs one. */
  readonly invitation?: { readonly id: string; readonly provesEmail: boolean }
}

/** An application that can act for a user, by a consent or by tokens that it has without one. */
export interface AuthorizedClient {
  readonly clientId: string
  readonly name: string
  readonly url: string | null
  readonly redirectUri: string | null
  /** The registered address that starts a sign-in to it (OpenID Connect Core 4); null if it has none. */
  readonly initiateLoginUri: string | null
  /** What it was allowed and what its valid grants contain, names separated by spaces. */
  readonly scope: string
  /** Since when it has its present access. */
  readonly authorizedAt: number
  /** The last token or refresh since then; null if there was none. */
  readonly lastUsedAt: number | null
  /**
   * When a refresh token that had just been replaced was last repeated from another network than its rotation's; null if
   * never.
   */
  readonly repeatedElsewhereAt: number | null
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

/** What an authorization code stands for, as KV stores it under the code's id. */
export interface AuthorizationCode {
  readonly clientId: string
  readonly userId: string
  /** The session that approved it; undefined for a code of the first format. */
  readonly sessionId: string | null
  readonly consentId: string
  readonly scope: string
  /** Where the code was sent. */
  readonly redirectUri: string
  /** Whether the authorization request named it, so that the token request must, too (RFC 6749 4.1.3). */
  readonly redirectUriGiven: boolean
  /** base64url SHA-256; null if the request had none (RFC 7636). */
  readonly codeChallenge: string | null
  /** What the grant keeps of the request; null if nothing. */
  readonly details: GrantDetails | null
  readonly authTime: number
  /** The real limit, as KV stores entries for at least 60 seconds. */
  readonly expiresAt: number
}

/** A successful password sign-in, settled in the commit that it allows. */
export interface PasswordSignIn {
  /** The hash that the password was checked against; the commit requires that it is still the user's. */
  readonly passwordHash: string
  /** A stronger hash to replace it; null if none is needed. */
  readonly rehash: string | null
  /** A user who is kept elsewhere and gets a row here in the same commit; null for our own users. */
  readonly external: User | null
  readonly throttleKeys: ThrottleKeys
}

/** Keyed hashes of what a password attempt counts against. */
export interface ThrottleKeys {
  readonly account: string
  readonly network: string
  /**
   * Where addresses sign in as names do: what stands before the user's id in a third key, so that guesses under both count
   * together; in a commit the whole key.
   */
  readonly user?: string
}

/** Identifies the writing request, so that a batch that is sent again recognizes itself, with its time and network. */
export interface RequestMark {
  /** Random for each HTTP request. */
  readonly id: string
  /** Seconds since 1970. */
  readonly now: number
  /** The network address that the edge saw; null if there is none. */
  readonly network: string | null
}

/** The answer to a password attempt, before any hashing. */
export interface PasswordAttempt {
  /** The client's verdict; true if no client takes part. */
  readonly authenticated: boolean
  readonly hasGrantType: boolean
  /** Attempts in the window, this one included. */
  readonly accountAttempts: number
  readonly networkAttempts: number
  /** Those with every name of the user, if `ThrottleKeys.user` is given; else 0, or left out. */
  readonly userAttempts?: number
  /** When the full window ends. */
  readonly accountResetAt: number
  readonly networkResetAt: number
  readonly user: UserWithPassword | null
}

/** A consent to save: changes a valid consent by what was allowed and refused, or creates a new one. */
export interface ConsentCommit {
  readonly userId: string
  readonly clientId: string
  /** Id of a new consent, if none is valid. */
  readonly id: string
  /** What the user allowed: names separated by spaces. */
  readonly scope: string
  /** The rest of the request, which an older consent no longer allows. Names separated by spaces, or empty. */
  readonly refused: string
  /** What the user allowed at resources, see `Consent`; defaults to nothing. */
  readonly targets?: readonly string[]
}
