import type { NewClient, OperatorMark } from './admin-store.ts'
import type { RequestMark, SessionCommit, UserCommit } from './records.ts'

/** What a deployment starts with. */
export interface FirstRun {
  /** Becomes a member of staff. */
  readonly user: UserCommit
  readonly session: SessionCommit
  /** Null if the first client is created later. */
  readonly client: NewClient | null
}

/** An attempt to set up a deployment, counted. */
export interface SetupAttempt {
  /** Whether the deployment has no user yet and was never set up. */
  readonly waiting: boolean
  /** Attempts in the window so far, including this one; 0 if the deployment is not waiting. */
  readonly attempts: number
  /** When the window ends, in seconds since 1970. */
  readonly resetAt: number
}

/** What the first run needs from a storage. Each call is one round trip. */
export interface SetupStore {
  /** Returns whether the deployment has no user yet and was never set up. */
  readWaiting(): Promise<boolean>

  /** Counts an attempt against its network, if the deployment is waiting. */
  admitSetup(key: string, window: number, request: RequestMark): Promise<SetupAttempt>

  /**
   * Creates the first user with a session and, if one is given, the first client: all or nothing. Of concurrent calls one
   * wins, and no later call ever does, even if the users are deleted.
   * @returns whether this call won
   */
  setUp(first: FirstRun, mark: OperatorMark): Promise<boolean>
}
