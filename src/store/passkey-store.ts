import type { RequestMark, Session, SessionCommit, SessionRule, SpentOnce, User } from './records.ts'
import type { WaysIn } from './ways-in.ts'

/** A passkey (WebAuthn Level 3 4, credential record). */
export interface Passkey {
  /** base64url. */
  readonly credentialId: string
  /** The COSE key, base64url. */
  readonly publicKey: string
  /** The last signature counter; 0 for authenticators without one. */
  readonly signCount: number
  readonly transports: readonly string[]
  /** Whether it may be on several devices (backup eligibility). */
  readonly synced: boolean
  readonly backedUp: boolean
  readonly name: string
  /** Seconds since 1970. */
  readonly createdAt: number
  /** Null if it was never used. */
  readonly lastUsedAt: number | null
}

/** A challenge, spent together with what it allows, so that it works in only one request. */
export type ChallengeSpend = Omit<SpentOnce, 'requestId'>

/** A verified use of a passkey, recorded in the commit that it allows. */
export interface PasskeyUse {
  readonly credentialId: string
  readonly userId: string
  readonly signCount: number
  readonly backedUp: boolean
  readonly challenge: ChallengeSpend
}

/** What the page of a user's passkeys shows, and what decides whether one may be removed. */
export interface PasskeysOfUser {
  readonly session: Session
  readonly passkeys: readonly Passkey[]
  readonly hasPassword: boolean
  /** Whether the user has declined an offered passkey. */
  readonly declined: boolean
}

/** What passkeys need from a storage. Each call is one round trip; every write may be sent again. */
export interface PasskeyStore {
  /** Reads a passkey with its user; null if there is none, or the user may not sign in. */
  readPasskey(credentialId: string): Promise<{ readonly passkey: Passkey; readonly user: User } | null>

  /**
   * Spends the challenge, records the use and saves the sign-in, all or nothing.
   * @returns false if the challenge was
   * spent, the counter decreased, or the user may no longer sign in
   */
  signIn(session: SessionCommit, use: PasskeyUse, request: RequestMark): Promise<boolean>

  /** The same to authenticate a signed-in user again, which the session records. */
  confirm(sessionId: string, amr: readonly string[], use: PasskeyUse, request: RequestMark): Promise<boolean>

  /** Reads a session with its user's passkeys; null if it is not valid. */
  readPasskeys(sessionId: string, rule: SessionRule): Promise<PasskeysOfUser | null>

  /**
   * Spends the challenge and saves a new passkey of the user of a session that has not ended.
   * @param most passkeys that a user may have
   * @returns false if the challenge was spent, the session has ended, somebody has this credential, or the user has reached the limit
   */
  add(
    passkey: Passkey,
    of: {
      readonly userId: string
      readonly sessionId: string
      readonly challenge: ChallengeSpend
      readonly most: number
    },
    request: RequestMark,
  ): Promise<boolean>

  /** Renames a user's passkey. */
  rename(passkey: {
    readonly credentialId: string
    readonly userId: string
    readonly name: string
  }): Promise<void>

  /**
   * Removes a user's passkey, unless it is the last way to sign in.
   * @param passkey with the ways that the settings
   * allow
   * @returns `kept` if it is the last one
   */
  remove(
    passkey: {
      readonly credentialId: string
      readonly userId: string
      readonly ways: WaysIn
    },
    request: RequestMark,
  ): Promise<'removed' | 'kept' | 'gone'>

  /** Records that a user does not want to be offered a passkey. */
  decline(userId: string, now: number): Promise<void>
}
