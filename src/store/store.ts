import type {
  AccessTokenName,
  Account,
  AuthorizationRecords,
  ConsentCommit,
  PasswordSignIn,
  Session,
  SessionCommit,
  SessionRule,
  UserCommit,
  WithdrawnConsent,
  AuthorizationCode,
  Client,
  ClientProof,
  IssueCommit,
  IssueOutcome,
  LiveToken,
  PasswordAttempt,
  RequestMark,
  ThrottleKeys,
  TokenReference,
  TypedAddress,
} from './records.ts'

/**
 * What the protocol needs from a storage. Each call is one round trip. `read…` and `list…` never write; every other call is
 * one atomic write that may be sent again with the same parameters with the same result. Every call that takes a proof
 * spends the part that may be used only once (`SpentOnce`), whether or not the rest of the call succeeds.
 */
export interface Store {
  /**
   * Authenticates a client.
   * @returns the client, or null if the proof is invalid
   */
  readClient(proof: ClientProof, now: number): Promise<Client | null>

  /**
   * Counts a password attempt against its account and network and reads the user. If a client takes part, nothing is counted
   * or read unless its proof is valid and it has the grant type.
   */
  admitPasswordAttempt(attempt: {
    readonly client: { readonly proof: ClientProof; readonly grantType: string } | null
    readonly keys: ThrottleKeys
    /** The length of a window of attempts, in seconds. */
    readonly window: number
    readonly usernameKey: string
    /** What was typed as an address: finds the user who has proved it, unless it is a username; null for names alone. */
    readonly address?: TypedAddress | null
    readonly request: RequestMark
  }): Promise<PasswordAttempt>

  /**
   * Authenticates the client, spends the claim and creates the tokens, all or nothing. A claim that was spent before revokes
   * the grant that it created (RFC 6749 4.1.2, RFC 9700 4.14).
   */
  issueTokens(commit: IssueCommit): Promise<IssueOutcome>

  /**
   * Authenticates the client whose code is refused, and revokes the grant that the code created, if it was spent before
   * (RFC 6749 4.1.2). An unspent code stays unspent.
   * @param codeId the id of the code and its grant; for the first format, the id under which storage knows it
   * @returns
   * false if the proof is invalid; then nothing is revoked
   */
  refuseCode(
    proof: ClientProof,
    codeId: string,
    deleteExpired: boolean,
    request: RequestMark,
  ): Promise<boolean>

  /**
   * Revokes a token of this client (RFC 7009): an access token by itself, a refresh token with its grant and everything that
   * belongs to it.
   * @returns false if the proof is invalid
   */
  revokeToken(
    proof: ClientProof,
    token: TokenReference,
    deleteExpired: boolean,
    request: RequestMark,
  ): Promise<boolean>

  /** Authenticates a client and reads a token for it (RFC 7662). Only its own client finds a refresh token. */
  readTokenAs(
    proof: ClientProof,
    token: TokenReference,
    now: number,
  ): Promise<{ readonly client: Client | null; readonly token: LiveToken | null }>

  /** Reads a valid access token, for a protected resource. */
  readAccessToken(token: AccessTokenName, now: number): Promise<LiveToken | null>

  /** Saves a code for at least `lifetime` seconds. */
  putCode(id: string, code: AuthorizationCode, lifetime: number): Promise<void>

  /** Reads a code, which may already be spent or expired: the commit decides. */
  readCode(id: string): Promise<AuthorizationCode | null>

  /**
   * Reads all records that decide an authorization request.
   * @param wanted the client, the browser's session if it has
   * one, and the scope names to look up; the client's own are included
   */
  readAuthorization(
    wanted: {
      readonly clientId: string
      readonly sessionId: string | null
      readonly scopes: readonly string[]
    },
    rule: SessionRule,
  ): Promise<AuthorizationRecords>

  /**
   * Saves a consent if its session is valid and the client is enabled: adds what was allowed to a valid consent and removes
   * what was refused, or creates a new one.
   */
  saveConsent(consent: ConsentCommit, sessionId: string, request: RequestMark): Promise<void>

  /**
   * Saves a sign-in and settles its password attempt.
   * @returns false if the user may no longer sign in, or the password
   * has been changed
   */
  createSession(session: SessionCommit, signIn: PasswordSignIn, request: RequestMark): Promise<boolean>

  /**
   * Creates a user who signs up, and the user's first session.
   * @returns what is taken, if another user has the address or the name, or a name that looks the same; then nothing is
   *   written
   */
  createUser(
    user: UserCommit,
    session: SessionCommit,
    request: RequestMark,
  ): Promise<'created' | 'username taken' | 'email taken' | 'invitation gone'>

  /** Reads a valid session. */
  readSession(id: string, rule: SessionRule): Promise<Session | null>

  /** Records that a session is used, for its idle limit. */
  touchSession(id: string, now: number): Promise<void>

  /**
   * Ends sessions: one, of any user or only of a given user, or all of a user's but one.
   * @returns how many
   */
  endSessions(
    which:
      | { readonly id: string; readonly userId: string | null }
      | { readonly except: string; readonly userId: string },
    request: RequestMark,
  ): Promise<number>

  /** Reads a user's own page: the session, every application that can act for its user, the user's sessions. */
  readAccount(sessionId: string, rule: SessionRule): Promise<Account>

  /**
   * Withdraws an application's access to a user: ends the consent, if there is one, every grant and token that belongs to
   * it, and codes not yet redeemed.
   * @returns null if there was none
   */
  withdrawConsent(
    consent: { readonly userId: string; readonly clientId: string; readonly deleteExpired: boolean },
    request: RequestMark,
  ): Promise<WithdrawnConsent | null>

  /**
   * Records that a user has just entered the password again, in the user's own session, and clears the attempts.
   * @returns false if the session has ended, or the password has been changed
   */
  confirmPassword(
    of: { readonly userId: string; readonly sessionId: string; readonly signIn: PasswordSignIn },
    request: RequestMark,
  ): Promise<boolean>

  /**
   * Changes a user's password, ends the user's other sessions and consents, and revokes the user's grants.
   * @returns false if the password that was checked is no longer the user's
   */
  changePassword(
    change: {
      readonly userId: string
      /** The session that stays. */
      readonly sessionId: string
      readonly signIn: PasswordSignIn
      readonly newHash: string
      readonly deleteExpired: boolean
    },
    request: RequestMark,
  ): Promise<boolean>

  /** Returns the parts of the storage that do not answer, such as D1; empty if all is well. */
  readHealth(): Promise<readonly string[]>
}
