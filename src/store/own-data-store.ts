import type { JsonObject, RequestMark, Session, SessionRule } from './records.ts'

/** Something that happened to an account. */
export interface AccountEvent {
  /** Seconds since 1970. */
  readonly at: number
  /** What happened, see `AUDIT_TYPES`. */
  readonly type: string
  /** Whether the user did it, rather than staff or the provider. */
  readonly own: boolean
  readonly network: string | null
  /** The application concerned; null if none was. */
  readonly clientName: string | null
}

/** What people may see and delete of their own data. Each call is one round trip. */
export interface OwnDataStore {
  /** Reads a session with its user's latest events; null if it is not valid. */
  readActivity(
    sessionId: string,
    rule: SessionRule,
    most: number,
  ): Promise<{ readonly session: Session; readonly events: readonly AccountEvent[] } | null>

  /** Reads everything that is stored about a session's user, in lists by name; null if the session is not valid. */
  readEverything(
    sessionId: string,
    rule: SessionRule,
  ): Promise<{
    readonly session: Session
    readonly data: Readonly<Record<string, readonly JsonObject[]>>
  } | null>

  /** Ends a user's sessions, consents and grants, and schedules the user's deletion, unless the user signs in before then. */
  askDeletion(userId: string, deletionAt: number, request: RequestMark): Promise<void>

  /** Lists users whose deletion is due. */
  listDue(now: number, limit: number): Promise<readonly string[]>

  /**
   * Deletes such a user with all data.
   * @returns false if the user has signed in meanwhile
   */
  deleteDue(userId: string, request: RequestMark): Promise<boolean>
}
