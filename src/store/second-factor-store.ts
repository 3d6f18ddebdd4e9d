import type { RequestMark, Session, SessionRule } from './records.ts'

/** A session with one or two factors, and what its user has. */
export interface Standing {
  readonly session: Session
  /** Whether it is valid, lacking nothing. */
  readonly lives: boolean
  /** Sealed; null if the user has no one-time codes. */
  readonly sealedSecret: string | null
  /** The time step of the last accepted code. */
  readonly lastStep: number
  readonly hasPasskey: boolean
}

/** A standing, with the number of attempts at a second factor. */
export interface Attempted {
  readonly standing: Standing
  readonly attempts: number
  readonly resetAt: number
}

/** The proof that was presented. Each works once. */
export type SecondFactorProof =
  | { readonly kind: 'code'; readonly step: number }
  | { readonly kind: 'recovery code'; readonly codeHash: string }

/** How a session gets its second factor. */
export interface Passing {
  readonly session: Session
  /** The session's new id, so that knowing the old one is of no use; null to keep the old one. */
  readonly newId: string | null
  readonly amr: readonly string[]
}

/** A browser to remember. */
export interface RememberedBrowser {
  readonly idHash: string
  readonly userAgent: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** What the page of a user's second factor shows. */
export interface SecondFactorOfUser {
  readonly standing: Standing
  /** Since when there are one-time codes; null if there are none. */
  readonly since: number | null
  readonly recoveryCodesLeft: number
  readonly browsers: readonly RememberedBrowser[]
}

/** What the second factor needs from a storage. Each call is one round trip; every write may be sent again. */
export interface SecondFactorStore {
  /** Reads the session, even if it still lacks the second factor; null if it has ended. */
  readStanding(sessionId: string, rule: SessionRule): Promise<Standing | null>

  /** Counts an attempt against the session's user, and reads the same. */
  admit(sessionId: string, rule: SessionRule, window: number, request: RequestMark): Promise<Attempted | null>

  /**
   * Spends the proof and gives the session its second factor, all or nothing.
   * @returns false if the proof was spent, or the session has ended
   */
  pass(
    passing: Passing,
    proof: SecondFactorProof,
    remember: RememberedBrowser | null,
    request: RequestMark,
  ): Promise<boolean>

  /** Records a wrong code. */
  noteRefusal(userId: string, request: RequestMark): Promise<void>

  /**
   * The same for a remembered browser.
   * @returns false if it is not, or no longer, remembered
   */
  recognise(passing: Passing, idHash: string, request: RequestMark): Promise<boolean>

  /**
   * Sets up one-time codes with recovery codes, and gives the session its second factor.
   * @returns false if the user has some already, or the session has ended
   */
  enrol(
    passing: Passing,
    secret: { readonly sealedSecret: string; readonly step: number; readonly codeHashes: readonly string[] },
    request: RequestMark,
  ): Promise<boolean>

  /** Reads a valid session with what its user has; null if it is not valid. */
  readSecondFactor(sessionId: string, rule: SessionRule): Promise<SecondFactorOfUser | null>

  /** Replaces the recovery codes of a user who has one-time codes. */
  renewRecoveryCodes(userId: string, codeHashes: readonly string[], request: RequestMark): Promise<void>

  /** Removes a user's one-time codes, recovery codes and remembered browsers. */
  removeSecondFactor(userId: string, request: RequestMark): Promise<void>

  /** Forgets a user's remembered browser, or all of them if it is null. */
  forgetBrowser(userId: string, idHash: string | null): Promise<void>
}
