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
} from './records.ts'

/**
 * What the protocol needs of a storage. Each call is one round trip. `read…` and `list…` never write; every other call is
 * one atomic write that may be sent again with the same parameters and then gives the same result. Whatever takes a proof
 * spends what the proof shows only once (`SpentOnce`), whether or not the rest of the call succeeds.
 */
export interface Store {
  /**
   * Authenticates a client.
   * @returns the client, or null where the proof does not hold
   */
  readClient(proof: ClientProof, now: number): Promise<Client | null>

  /**
   * Counts a password attempt against its account and network and reads the user. Where a client takes part, nothing is
   * counted or read unless its proof holds and it has the grant type.
   */
  admitPasswordAttempt(attempt: {
    readonly client: { readonly proof: ClientProof; readonly grantType: string } | null
    readonly keys: ThrottleKeys
    /** Seconds that a window of attempts lasts. */
    readonly window: number
    readonly usernameKey: string
    readonly request: RequestMark
  }): Promise<PasswordAttempt>

  /**
   * Authenticates the client, spends the claim and makes the tokens, all or nothing. A claim that was spent before
   * revokes the grant that it made (RFC 6749 4.1.2, RFC 9700 4.14).
   */
  issueTokens(commit: IssueCommit): Promise<IssueOutcome>

  /**
   * Authenticates the client whose code is refused, and revokes the grant that the code made, if it was spent before
   * (RFC 6749 4.1.2). A code that was not spent stays unspent.
   * @param codeId the id of the code and its grant; of a code of the first format what storage knows it by
   * @returns false where the proof does not hold; then nothing is revoked
   */
  refuseCode(
    proof: ClientProof,
    codeId: string,
    deleteExpired: boolean,
    request: RequestMark,
  ): Promise<boolean>

  /**
   * Revokes a token of this client (RFC 7009): an access token alone, a refresh token with its grant and all that hangs from it.
   * @returns false where the proof does not hold
   */
  revokeToken(
    proof: ClientProof,
    token: TokenReference,
    deleteExpired: boolean,
    request: RequestMark,
  ): Promise<boolean>

  /** Authenticates a client and reads a token for it (RFC 7662). A refresh token is found by its own client alone. */
  readTokenAs(
    proof: ClientProof,
    token: TokenReference,
    now: number,
  ): Promise<{ readonly client: Client | null; readonly token: LiveToken | null }>

  /** Reads an access token that lives, for a protected resource. */
  readAccessToken(token: AccessTokenName, now: number): Promise<LiveToken | null>

  /** Keeps a code for `lifetime` seconds at least. */
  putCode(id: string, code: AuthorizationCode, lifetime: number): Promise<void>

  /** Reads a code, which may already be spent or expired: the commit decides. */
  readCode(id: string): Promise<AuthorizationCode | null>

  /**
   * Reads everything that an authorization request is decided by.
   * @param wanted the client, the browser's session if it has one, and the scope names whose rows are wanted; the client's own
   *   scopes come along
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
   * Saves a consent while the session that gives it lives and the client is enabled: adds what was allowed to the consent that
   * lives and takes what was refused from it, or begins a new one.
   */
  saveConsent(consent: ConsentCommit, sessionId: string, request: RequestMark): Promise<void>

  /**
   * Keeps a sign-in and settles what its password changes.
   * @returns false where the user may no longer sign in, or has another password by now
   */
  createSession(session: SessionCommit, signIn: PasswordSignIn, request: RequestMark): Promise<boolean>

  /**
   * Makes a user who signs up, and the user's first session.
   * @returns what is taken, where another user has the address or the name, or a name that looks the same; then nothing was
   *   written
   */
  createUser(
    user: UserCommit,
    session: SessionCommit,
    request: RequestMark,
  ): Promise<'created' | 'username taken' | 'email taken'>

  /** Reads a session that lives. */
  readSession(id: string, rule: SessionRule): Promise<Session | null>

  /** Notes that a session is used, for its idle limit. */
  touchSession(id: string, now: number): Promise<void>

  /**
   * Ends sessions: one, of whichever user or of one user alone, or all of a user's but one.
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
   * Takes back what an application has of a user: ends the consent, if there is one, every grant and token that hangs from it, and codes not yet redeemed.
   * @returns null where there was none
   */
  withdrawConsent(
    consent: { readonly userId: string; readonly clientId: string; readonly deleteExpired: boolean },
    request: RequestMark,
  ): Promise<WithdrawnConsent | null>

  /**
   * Changes a user's password, ends the user's other sessions and consents, and revokes the user's grants.
   * @returns false where the password that was checked is no longer the user's
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

  /** Names the parts of the storage that do not answer, as D1; empty where all is well. */
  readHealth(): Promise<readonly string[]>
}
