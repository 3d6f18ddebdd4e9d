import type { Client } from './records.ts'

/** A client that must be notified of the end of a session (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutNotice {
  readonly sessionId: string
  readonly clientId: string
  /** The identifier by which the client knows the user. */
  readonly subject: string
  /** Attempts, including this one. */
  readonly attempts: number
  /** Null if the client has been deleted since. */
  readonly client: Pick<Client, 'metadata' | 'type'> | null
}

/** The queue of logout notices. Everything that ends a session writes them, in the same batch. Each call is one round trip. */
export interface LogoutNoticeStore {
  /**
   * Takes due notices, the longest due first. Each becomes due again later, after ever longer waits, unless it is removed.
   * Of two concurrent calls only one gets a notice.
   */
  claimLogoutNotices(limit: number, now: number): Promise<readonly LogoutNotice[]>

  /** Counts due notices. */
  countLogoutNotices(now: number): Promise<number>

  /** Removes notices that were delivered or given up. */
  removeLogoutNotices(notices: readonly Pick<LogoutNotice, 'clientId' | 'sessionId'>[]): Promise<void>
}
