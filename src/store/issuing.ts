import type {
  ClientProof,
  ClientType,
  GrantDetails,
  PasswordSignIn,
  Person,
  RequestMark,
  SubjectClient,
  TokenName,
} from './records.ts'

/** What the issuing commit spends, at most once. */
export type Claim =
  | {
      /** The code's id becomes that of the grant, so that a second redemption conflicts with the first. */
      readonly kind: 'code'
      readonly consentId: string
      /** When the code expires; its grant is remembered for as long as the code may be replayed. */
      readonly expiresAt: number
      /** Whether it is repeated in normal use, like a device code: then it counts as spent, and its tokens stay valid. */
      readonly comesAgain?: boolean
      /** The id under which storage knows a code of the first format, see `earlier-format.ts`; null for all others. */
      readonly earlierId: string | null
    }
  | {
      /** Another issuer's assertion about a user, which may be used once (RFC 7523 3). */
      readonly kind: 'assertion'
      /** A hash of its issuer and its `jti`. */
      readonly jtiHash: string
      /** When it expires and need no longer be remembered, in seconds since 1970. */
      readonly expiresAt: number
    }
  | {
      readonly kind: 'refresh'
      /** The grant, or an alias that refers to it, see `TokenName`. */
      readonly grantId: string
      /** The number in the presented refresh token. */
      readonly sequence: number
      /** Seconds for which the number just replaced counts as a lost reply; 0 for never. */
      readonly reuseInterval: number
    }

/**
 * How the scope of issued tokens is determined, by the same rule in every commit. A name that does not exist is never
 * issued. The scope of a code or a refresh token is cut to what the client may have now; any other request is refused as a
 * whole if one of its names does not exist or the client may not have it.
 */
export interface ScopeRule {
  /** The requested scope, sorted; null if the request named none. */
  readonly requested: string | null
  /** OAUTH_DEFAULT_SCOPE. */
  readonly fallback: string
  /** Names of OAUTH_SCOPES; the others are in the scope table. */
  readonly known: readonly string[]
  /** The only names that may be granted, if the tokens' resources accept no others; by default all. */
  readonly within?: readonly string[] | null
}

/** Everything that issuing tokens reads and writes. */
export interface IssueCommit {
  readonly proof: ClientProof
  /** The grant type (or `implicit`) that the client must have. */
  readonly grantType: string
  /** Null requires a confidential client that acts for itself. */
  readonly userId: string | null
  readonly scope: ScopeRule
  readonly claim: Claim | null
  /** The grant to create, see `sortableId`; for a code its id; unused if `claim` is a refresh token. */
  readonly grantId: string
  /** Null if it is not known when the user signed in. */
  readonly authTime: number | null
  /** The session in which the user approved; null if there was none, or the claim determines it. */
  readonly sessionId: string | null
  /** What else the grant keeps; null if nothing, or the claim determines it. */
  readonly details: GrantDetails | null
  /**
   * Thumbprint of the key that the tokens are bound to, which `details` contain as `cnf`; null for bearer tokens. A refresh
   * saves it in the grant.
   */
  readonly jkt: string | null
  /**
   * Keys of the resources that the access token is for, which must be among those of the grant, if that names any; by default all of
   * the grant's (RFC 8707 2.2).
   */
  readonly resource?: readonly string[] | null
  /** The longest that the access token is valid, in seconds; by default the limit that a refreshed grant keeps. */
  readonly longestAccess?: number | null
  /**
   * If clients may have another access token format: a new grant of a client whose metadata has `access_token_format` keeps
   * that as `format`, and these seconds as `lifetime`, unless the client has its own lifetime. Defaults to null.
   */
  readonly formatLifetime?: number | null
  /** Seconds, by client type; a client's own lifetime takes precedence. */
  readonly accessTokenLifetime: Readonly<Record<ClientType, number>>
  readonly refreshTokenLifetime: number
  /** Which client types get a refresh token, if they have the grant type `refresh_token`. */
  readonly refreshTokenFor: readonly ClientType[]
  readonly signIn: PasswordSignIn | null
  /** What a front-channel commit is based on, and must still be valid; null at the token endpoint. */
  readonly approval: FrontChannelApproval | null
  readonly single: boolean
  readonly deleteExpired: boolean
  readonly request: RequestMark
}

/** An approval in the browser: the session and the consent that it is based on. */
export interface FrontChannelApproval {
  readonly sessionId: string
  readonly consentId: string
}

/** What a commit found, each rule separately, so that one function decides the order of refusals. */
export interface IssueVerdict {
  readonly authenticated: boolean
  readonly hasGrantType: boolean
  /** Whether the user exists and is active, and the password is the one that was checked; true if there is no user. */
  readonly userLives: boolean
  /** Whether the claim may be spent, or was spent by this request, or is a lost reply. */
  readonly claimHolds: boolean
  /** Whether another request has spent the claim before; defaults to false. Only staff see it. */
  readonly claimSpent?: boolean
  /**
   * Whether the tokens may be bound as the commit says (RFC 9449 5): a client whose metadata has `dpop_bound_access_tokens`
   * gets only bound ones; refreshing a grant with a key requires a key, and for a public client the same one. Defaults to
   * true.
   */
  readonly bindingHolds?: boolean
  readonly scopeAllowed: boolean
  /** Whether the requested resources are among those of the grant; defaults to true. */
  readonly resourceAllowed?: boolean
  /** Whether the grant names any resources, if the request does; defaults to true. */
  readonly hasResources?: boolean
}

/** Tokens that a commit issued or, for a lost reply or under OAUTH_SINGLE_ACCESS_TOKEN, found. */
export interface IssuedTokens {
  /** The name in the access token and, if there is one, in the refresh token. */
  readonly token: TokenName
  /** Whether the grant has a refresh token. */
  readonly refreshes: boolean
  readonly scope: string
  /** When the access token expires. */
  readonly expiresAt: number
  readonly clientId: string
  /** Null if a client acts for itself. */
  readonly userId: string | null
  /** When the user entered the password; null if there is no user. */
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly details: GrantDetails | null
  /** Keys of the resources that the access token is for; empty if the grant names none. */
  readonly resource: readonly string[]
  /**
   * What an ID token needs that the grant does not keep, so that it costs no round trip of its own: the client, if no
   * authorization request created the grant, and the user, if claims about the user were requested in it. Undefined if it
   * needs neither, or the storage does not return them; they are then read on their own.
   */
  readonly client?: SubjectClient
  readonly person?: Person
}

/** The outcome of a commit: every rule's verdict, and the tokens if all rules are satisfied. */
export interface IssueOutcome {
  readonly verdict: IssueVerdict
  readonly issued: IssuedTokens | null
}
