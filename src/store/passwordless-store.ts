import type { RequestMark, Session, SessionRule } from './records.ts'
import type { WaysIn } from './ways-in.ts'

/** What accounts without a password need from a storage. Each call is one round trip; the write may be sent again. */
export interface PasswordlessStore {
  /**
   * Reads a session, and whether its user can do without the password; null if the session is not valid.
   * @param ways
   * that the settings allow
   */
  readWays(
    sessionId: string,
    ways: WaysIn,
    rule: SessionRule,
  ): Promise<{ readonly session: Session; readonly hasAnother: boolean } | null>

  /**
   * Removes a user's password, unless it is the last way to sign in.
   * @returns `kept` if it is the last one; `gone` if
   * there is none
   */
  removePassword(userId: string, ways: WaysIn, request: RequestMark): Promise<'removed' | 'kept' | 'gone'>
}
