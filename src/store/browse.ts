import type { PasswordRefusal } from '../concepts.ts'
import type { OperatorMark } from './admin-store.ts'
import type { MetadataValue } from './records.ts'

/** What operators can list. */
export type RecordKind =
  | 'access-tokens'
  | 'audit-events'
  | 'authorized-clients'
  | 'clients'
  | 'grants'
  | 'refresh-tokens'
  | 'refusals'
  | 'scopes'
  | 'sessions'
  | 'users'

/** A value of a record, as tables, forms, exports and the API show it. Times are seconds since 1970. */
export type RecordValue = MetadataValue

/** A record as operators see it, by the names of its columns: never with a secret, token, code or password. */
export type AdminRecord = Readonly<Record<string, RecordValue>>

/** Which part of a list. */
export interface BrowseQuery {
  /** Values by the filter's name; each filter has an index. */
  readonly filters: Readonly<Record<string, string>>
  /** `next` of the part before; null for the first part. One that is not understood counts as null. */
  readonly after: string | null
  readonly limit: number
}

/** A part of a list. */
export interface Listing {
  readonly records: readonly AdminRecord[]
  /** Where the next part begins; null where this is the last. */
  readonly next: string | null
}

/** A request that was refused, for the people who run its client. */
export interface Refusal {
  /** The client that the request named; it may not exist. */
  readonly clientId: string | null
  /** Its path below the provider's, without a slash. */
  readonly endpoint: string
  readonly asked: string | null
  readonly error: string
  /** The rule that refused it; never with a secret. */
  readonly rule: string
}

/** How often things happened on one day. */
export interface Activity {
  /** Days since 1970, UTC. */
  readonly day: number
  readonly kind: string
  readonly count: number
}

/** Lists and looks for operators, and what the provider notes for them. */
export interface BrowseAdmin {
  /** Lists records; the order is that of the filter, else the newest first, or by name. */
  browse(kind: RecordKind, query: BrowseQuery, now: number): Promise<Listing>

  /** Reads one record by its id. */
  readRecord(kind: RecordKind, id: string, now: number): Promise<AdminRecord | null>

  /** Counts what hangs from a client or a user, up to 1,000 of each kind. */
  countHanging(of: { readonly clientId: string } | { readonly userId: string }): Promise<{
    readonly consents: number
    readonly grants: number
    readonly accessTokens: number
  }>

  /** Notes a refused request, and forgets the oldest of its client. */
  noteRefusal(refusal: Refusal, mark: Omit<OperatorMark, 'actor'>): Promise<void>

  /**
   * Writes an audit event of a password that was refused, one for each `once`.
   * @param refusal never with the password, nor with the name that was typed
   * @param once says in the log which event this is
   */
  notePassword(
    refusal: Pick<PasswordRefusal, 'reason' | 'userId' | 'clientId'>,
    once: string,
    mark: Omit<OperatorMark, 'actor'>,
  ): Promise<void>

  /** Counts that something happened today. */
  countActivity(kind: string, now: number): Promise<void>

  /** What happened, day by day: `grant_given`, `signed_in`, and what `countActivity` and `noteRefusal` count. */
  listActivity(since: number): Promise<readonly Activity[]>
}

/** Tells whether a value of a record is a list. */
export function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}
