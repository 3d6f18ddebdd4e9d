import type {
  ClientProof,
  ClientType,
  GrantDetails,
  PasswordSignIn,
  RequestMark,
  TokenName,
} from './records.ts'

/** What is spent, at most once, in the same commit that issues. */
export type Claim =
  | {
      /** The code's id is that of the grant that it becomes, so that a second redemption meets the first. */
      readonly kind: 'code'
      readonly consentId: string
      /** When the code expires: as long as it may come again, its grant is remembered. */
      readonly expiresAt: number
      /** What storage knows a code of the first format by, see `earlier-format.ts`; null for all others. */
      readonly earlierId: string | null
    }
  | {
      readonly kind: 'refresh'
      /** The grant, or an alias that leads to it, see `TokenName`. */
      readonly grantId: string
      /** The number that the presented refresh token says. */
      readonly sequence: number
      /** Seconds in which the number just replaced is a lost reply; 0: never. */
      readonly reuseInterval: number
    }

/**
 * How the scope of what is issued is found; the same rule in every commit. A name that does not exist is issued to nobody. What
 * a code or a refresh token carries is cut to what the client may have by now; whatever else is asked for is refused as a
 * whole where a name of it does not exist or is not the client's.
 */
export interface ScopeRule {
  /** What was asked for, sorted; null where the request named none. */
  readonly requested: string | null
  /** OAUTH_DEFAULT_SCOPE. */
  readonly fallback: string
  /** Names of OAUTH_SCOPES; the scope table holds the others. */
  readonly known: readonly string[]
}

/** Everything that one issuing of tokens reads and writes. */
export interface IssueCommit {
  readonly proof: ClientProof
  /** The grant type (or `implicit`) that the client must have. */
  readonly grantType: string
  /** Null demands a confidential client that acts for itself. */
  readonly userId: string | null
  readonly scope: ScopeRule
  readonly claim: Claim | null
  /** The grant to make, see `sortableId`: of a code its id; unused where `claim` is a refresh token. */
  readonly grantId: string
  readonly authTime: number
  /** The session in which the user approved; null where there was none, or the claim knows it. */
  readonly sessionId: string | null
  /** What else the grant keeps; null where it is nothing, or the claim knows it. */
  readonly details: GrantDetails | null
  /** Seconds, by client type; a client's own lifetime goes before it. */
  readonly accessTokenLifetime: Readonly<Record<ClientType, number>>
  readonly refreshTokenLifetime: number
  /** Which client types get a refresh token, if they have the grant type `refresh_token`. */
  readonly refreshTokenFor: readonly ClientType[]
  readonly signIn: PasswordSignIn | null
  /** What a front-channel commit rests on, and must still be so; null at the token endpoint. */
  readonly approval: FrontChannelApproval | null
  readonly single: boolean
  readonly deleteExpired: boolean
  readonly request: RequestMark
}

/** An approval in the browser: the session and the consent that it rests on. */
export interface FrontChannelApproval {
  readonly sessionId: string
  readonly consentId: string
}

/** What a commit found: each rule by itself, so that one function orders the refusals. */
export interface IssueVerdict {
  readonly authenticated: boolean
  readonly hasGrantType: boolean
  /** The user exists and is active, and the password is the one that was checked; true where there is no user. */
  readonly userLives: boolean
  /** The claim may be spent, or was spent by this very request, or is a lost reply. */
  readonly claimHolds: boolean
  /** The claim was spent before, by another request; false, if left out. It is for staff alone. */
  readonly claimSpent?: boolean
  readonly scopeAllowed: boolean
}

/** Tokens that a commit made or, for a lost reply or under OAUTH_SINGLE_ACCESS_TOKEN, found. */
export interface IssuedTokens {
  /** What the access token says; the refresh token, if there is one, says the same. */
  readonly token: TokenName
  /** The grant has a refresh token. */
  readonly refreshes: boolean
  readonly scope: string
  /** When the access token expires. */
  readonly expiresAt: number
  readonly clientId: string
  /** Null where a client acts for itself. */
  readonly userId: string | null
  /** When the user gave the password; null where there is no user. */
  readonly authTime: number | null
  readonly sessionId: string | null
  readonly details: GrantDetails | null
}

/** The answer to a commit: every rule's verdict, and the tokens where all of them hold. */
export interface IssueOutcome {
  readonly verdict: IssueVerdict
  readonly issued: IssuedTokens | null
}
