import type { Client } from './records.ts'

/** A client that has to be told of the end of a session (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutNotice {
  readonly sessionId: string
  readonly clientId: string
  /** What the client knows the user by. */
  readonly subject: string
  /** Tries, with this one. */
  readonly attempts: number
  /** Null if the client was deleted since. */
  readonly client: Pick<Client, 'metadata' | 'type'> | null
}

/** The queue of logout notices. Whatever ends a session writes them, in the same batch. Each call is one round trip. */
export interface LogoutNoticeStore {
  /**
   * Takes notices whose time has come, the longest due first. Each is due again later, ever more so with each try, unless it is
   * removed: of two that take at once, one gets it.
   */
  claimLogoutNotices(limit: number, now: number): Promise<readonly LogoutNotice[]>

  /** Removes notices that were delivered or given up. */
  removeLogoutNotices(notices: readonly Pick<LogoutNotice, 'clientId' | 'sessionId'>[]): Promise<void>
}
