import type { MetadataValue } from './records.ts'

/** The kinds of records that operators can list. */
export type RecordKind =
  | 'access-tokens'
  | 'audit-events'
  | 'authorized-clients'
  | 'client-documents'
  | 'clients'
  | 'grants'
  | 'refresh-tokens'
  | 'refusals'
  | 'scopes'
  | 'sessions'
  | 'users'

/** A value of a record, as tables, forms, exports and the API show it. Times are seconds since 1970. */
export type RecordValue = MetadataValue

/** A record as operators see it, by column name, without secrets, tokens, codes or passwords. */
export type AdminRecord = Readonly<Record<string, RecordValue>>

/** Columns by which a list can be sorted, in both directions; each has an index. */
export const SORTS: Readonly<Record<RecordKind, readonly string[]>> = {
  'access-tokens': [],
  'audit-events': ['at'],
  'authorized-clients': [],
  'client-documents': ['client_id'],
  clients: ['name', 'client_id', 'created_at'],
  grants: ['created_at'],
  'refresh-tokens': ['created_at'],
  refusals: ['at'],
  scopes: [],
  sessions: [],
  users: ['username'],
}

/** Selects a part of a list. */
export interface BrowseQuery {
  /** Values by the filter's name; each filter has an index. */
  readonly filters: Readonly<Record<string, string>>
  /** `next` of the previous part; null for the first part. An invalid value counts as null. */
  readonly after: string | null
  /** `previous` of the next part; takes precedence over `after`. An invalid value is ignored. */
  readonly before?: string | null
  /** A column of `SORTS`, with a minus in front for descending order; one that these filters do not allow is ignored. */
  readonly sort?: string | null
  /** Whether to count the records, too. */
  readonly counts?: boolean
  /** The most records of a part; 0 if only their number is wanted. */
  readonly limit: number
}

/** A part of a list. */
export interface Listing {
  readonly records: readonly AdminRecord[]
  /** Where the next part begins; null if this is the last one. */
  readonly next: string | null
  /** Where the previous part ends; null if this is the first one. */
  readonly previous?: string | null
  /** The sort order of the query; null if it is not one of `sorts`. */
  readonly sort?: string | null
  /** The columns by which it can be sorted with these filters. */
  readonly sorts?: readonly string[]
  /** How many records all its parts have, if the query asked for it. */
  readonly total?: Total
}

/** A number of records; counting stops at the thousandth row. */
export interface Total {
  readonly count: number
  /** False if there may be more. */
  readonly isExact: boolean
}

/** A request that was refused, for the people who run its client. */
export interface Refusal {
  /** The client that the request named; it may not exist. */
  readonly clientId: string | null
  /** Its path below the provider's, without a slash. */
  readonly endpoint: string
  readonly asked: string | null
  readonly error: string
  /** The rule that refused it; never contains a secret. */
  readonly rule: string
}

/** How often things happened on one day. */
export interface Activity {
  /** Days since 1970, UTC. */
  readonly day: number
  readonly kind: string
  readonly count: number
}

/** Lists and records for operators, and what the provider records for them. */
export interface BrowseAdmin {
  /** Lists records in the requested order, or else that of the filter, or else newest first or by name. */
  browse(kind: RecordKind, query: BrowseQuery, now: number): Promise<Listing>

  /** Reads one record by its id. */
  readRecord(kind: RecordKind, id: string, now: number): Promise<AdminRecord | null>

  /** Counts the records that belong to a client or a user, up to 1,000 of each kind. */
  countHanging(of: { readonly clientId: string } | { readonly userId: string }): Promise<{
    readonly consents: number
    readonly grants: number
    readonly accessTokens: number
  }>

  /**
   * Lists what happened on each day: `grant_given`, `signed_in`, and what `countActivity` and `noteRefusal` count.
   * @returns also how much of it `addUpActivity` has yet to add up, which every call counts again
   */
  listActivity(since: number): Promise<{ readonly activity: readonly Activity[]; readonly rest: number }>
}

/** Returns whether a value of a record is a list. */
export function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}
