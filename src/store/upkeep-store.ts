import type { PasswordRefusal } from '../concepts.ts'
import type { ClientAdmin } from './admin-store.ts'
import type { Refusal } from './browse.ts'
import type { RequestMark } from './records.ts'

/** Rows that a purge removed, by table. */
export interface PurgeCounts {
  readonly grants: number
  readonly sessions: number
  readonly throttle: number
  /** Whether this call has completed the walk over all grants. */
  readonly isWalkOver: boolean
}

/**
 * What every provider needs from a storage besides the protocol's part, with or without a panel: records of what was refused,
 * sums of what has happened, the purge. Each call is one round trip.
 */
export interface UpkeepStore extends Pick<ClientAdmin, 'readClient'> {
  /** Returns which of the given names are in the table. */
  findScopes(names: readonly string[]): Promise<readonly string[]>

  /** Records a refused request, and deletes the oldest ones of its client. */
  noteRefusal(refusal: Refusal, mark: RequestMark): Promise<void>

  /**
   * Writes an audit event about a refused password, one for each value of `once`.
   * @param refusal never contains the password or the typed name
   * @param once identifies the event in the log
   */
  notePassword(
    refusal: Pick<PasswordRefusal, 'reason' | 'userId' | 'clientId'>,
    once: string,
    mark: RequestMark,
  ): Promise<void>

  /** Counts that something happened today. */
  countActivity(kind: string, now: number): Promise<void>

  /**
   * Adds up what has happened since the last time, so that charts need not count again.
   * @param now seconds since 1970
   */
  addUpActivity(now: number): Promise<void>

  /**
   * Removes what has expired and is not needed to detect a replay. Audit events stay. Grants are examined in slices, each
   * call continuing where the previous one stopped.
   * @param limit the most rows to remove from each table; several times as many grants are examined
   * @param now seconds since 1970
   */
  purge(limit: number, now: number): Promise<PurgeCounts>

  /** Lists users whose name has no saved skeleton. */
  listWithoutSkeleton(limit: number): Promise<readonly { readonly id: string; readonly username: string }[]>

  /** Saves the skeletons of names that have none. */
  saveSkeletons(skeletons: readonly { readonly id: string; readonly skeleton: string }[]): Promise<void>
}
