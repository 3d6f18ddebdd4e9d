import type { RequestMark, Session, SessionCommit, SessionRule, TypedAddress } from './records.ts'

/** What a mail allows: proving an address, choosing a new password, or signing in where the mail was requested. */
export type MailLinkKind = 'verify' | 'reset' | 'sign_in'

/** A rate limit for mails. */
export interface MailLimit {
  /** A keyed hash of what is counted. */
  readonly key: string
  /** The key to count instead if the input is nobody's address, and so at most a name. */
  readonly keyOfName?: string
  /** The most mails in a window. */
  readonly most: number
  /** Seconds. */
  readonly window: number
}

/** A request for a mail. */
export interface MailAsk {
  readonly id: string
  readonly kind: MailLinkKind
  /** A user with an address to prove, or what somebody typed, as an address and as a name. */
  readonly to:
    | { readonly userId: string; readonly email: string }
    | { readonly address: TypedAddress; readonly usernameKey: string }
  readonly limits: readonly MailLimit[]
  readonly expiresAt: number
}

/** The recipient of a mail. */
export interface Recipient {
  readonly userId: string
  readonly username: string
  /** Empty if the account has none. */
  readonly email: string
  /** The language that the person prefers (OpenID Connect Core 5.1, `locale`); null if unknown. */
  readonly locale: string | null
}

/** A way to sign in other than the password, which a link for a new one can end. */
export interface OtherWay {
  readonly id: string
  readonly kind: 'passkey' | 'linked_account'
  /** The name of the passkey, or of the account at the provider. */
  readonly name: string
  /** The name of the account's provider; null for a passkey. */
  readonly provider: string | null
  readonly since: number
}

/** The result of a request for a mail. */
export interface AskedMail {
  /** When each limit ends, in the order of the limits; null for one that is not reached. */
  readonly limitedUntil: readonly (number | null)[]
  /** Null if there is no such user, the user has no address, or a limit is reached. */
  readonly recipient: Recipient | null
}

/** A valid link. */
export interface MailLink {
  readonly id: string
  readonly email: string
  readonly expiresAt: number
}

/** A user's addresses, for their page. */
export interface AddressRecords {
  readonly session: Session | null
  readonly isVerified: boolean
  /** The requested link, or else the newest that waits for its code. */
  readonly link: MailLink | null
}

/** How a link is used: by its address, or by its code, which is right or wrong. */
export type LinkUse = 'link' | 'right code' | 'wrong code'

/**
 * The links of mails. Each call is one round trip, and each that spends a link is one conditional write, so that of
 * concurrent calls one wins. Codes are counted before they are compared, in the same transaction, so that guessing in
 * parallel gains nothing.
 */
export interface MailLinkStore {
  /**
   * Counts a request for a mail, and saves its link if there is a recipient and no limit is reached. It costs the same
   * whether or not there is such a user.
   */
  askForMail(ask: MailAsk, request: RequestMark): Promise<AskedMail>

  /** Reads a valid session, with its user's addresses, and a link of this user. */
  readAddress(sessionId: string, linkId: string | null, rule: SessionRule): Promise<AddressRecords>

  /**
   * Spends a link and makes its address the user's verified one. It also accepts a link with which this request has just
   * signed in.
   * @returns `taken` if another account has the address, `gone` if the link is no longer valid, or the code
   * is wrong
   */
  verifyAddress(
    link: {
      readonly id: string
      readonly userId: string
      readonly email: string
      readonly emailKey: string
      readonly use: LinkUse
    },
    request: RequestMark,
  ): Promise<'verified' | 'taken' | 'gone'>

  /**
   * Reads the user of a link for a new password, with the other ways to sign in: none if the address was never verified, and no passkeys
   * that are the only second factor of a user who must have one.
   * @returns null if it is no longer valid
   */
  readReset(
    id: string,
    rule: Pick<SessionRule, 'now' | 'secondFactor'>,
  ): Promise<(Recipient & { readonly others: readonly OtherWay[] }) | null>

  /**
   * Spends a link and changes the password: it ends the user's sessions, consents and grants, all other links of the user,
   * and the other ways to sign in that are not kept.
   * @returns false if the link is no longer valid
   */
  resetPassword(
    reset: {
      readonly id: string
      readonly userId: string
      readonly newHash: string
      readonly deleteExpired: boolean
      /** The account's keys, whose counts of wrong passwords are reset. */
      readonly throttleKeys: readonly string[]
      /** Ids of the other ways that stay. */
      readonly keeps: readonly OtherWay['id'][]
      readonly secondFactor: SessionRule['secondFactor']
    },
    request: RequestMark,
  ): Promise<boolean>

  /**
   * Spends a link and signs its user in. If the address was never proved, somebody else may have created the account, so its
   * password, passkeys, links, sessions, consents and grants end.
   * @returns the user, with the address of the mail, and
   * whether it was proved before; null if the link is no longer valid, or the code is wrong
   */
  signInByMail(
    link: {
      readonly id: string
      readonly kind: Extract<MailLinkKind, 'reset' | 'sign_in'>
      readonly use: LinkUse
      readonly session: Omit<SessionCommit, 'userId'>
    },
    request: RequestMark,
  ): Promise<(Pick<Recipient, 'email' | 'userId' | 'username'> & { readonly isVerified: boolean }) | null>

  /** Lists users whose address keys must be computed again. */
  listStaleEmailKeys(limit: number): Promise<readonly { readonly id: string; readonly email: string }[]>

  /**
   * Saves the keys of users' addresses, unless another user has one already; a user who has proved the address takes it from
   * one who has not.
   */
  saveEmailKeys(keys: readonly { readonly id: string; readonly emailKey: string }[]): Promise<void>

  /** Removes links that have expired. */
  removeMailLinks(limit: number, now: number): Promise<void>
}
