import type { ClientProof, ClientType, PasswordSignIn, RequestMark } from './records.ts'

/** What is spent, at most once, in the same commit that issues. */
export type Claim =
  | {
      readonly kind: 'code'
      readonly codeId: string
      readonly consentId: string
      /** When the code ends: as long as it may come again, its grant is remembered. */
      readonly expiresAt: number
    }
  | {
      readonly kind: 'refresh'
      readonly grantId: string
      /** The number that the presented refresh token says. */
      readonly sequence: number
      /** Seconds in which the number just replaced is a lost reply; 0: never. */
      readonly reuseInterval: number
    }

/** How the scope of what is issued is found; the same rule in every commit. */
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
  /** The grant to make: unused where `claim` is a refresh token or there is no user. */
  readonly grantId: string
  readonly authTime: number
  /** Id of the access token to make. */
  readonly accessTokenId: string
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
  readonly scopeAllowed: boolean
}

/** Tokens that a commit made or, for a lost reply or under OAUTH_SINGLE_ACCESS_TOKEN, found. */
export interface IssuedTokens {
  readonly accessTokenId: string
  readonly scope: string
  readonly expiresAt: number
  readonly userId: string | null
  readonly clientId: string
  /** Null where the grant has no refresh token. */
  readonly refreshToken: { readonly grantId: string; readonly sequence: number } | null
}

/** The answer to a commit: every rule's verdict, and the tokens where all of them hold. */
export interface IssueOutcome {
  readonly verdict: IssueVerdict
  readonly issued: IssuedTokens | null
}
