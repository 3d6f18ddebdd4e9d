import { type SQL } from 'drizzle-orm'

/** How a list is sorted, which determines where its parts begin. */
export interface Order {
  /** Columns of an index, from the left; every index ends with the rowid. */
  readonly keys: readonly SQL[]
  readonly descending: boolean
  /** Values before and after all rows. */
  readonly low: readonly (string | number)[]
  readonly high: readonly (string | number)[]
  /** The column of `SORTS` that it uses, if any. */
  readonly by?: string
}

/** Sorts after every stored number. */
export const LAST = Number.MAX_SAFE_INTEGER
/** Sorts after every string. */
export const END = '\u{10ffff}'
/**
 * Newest rows first.
 * @param by the time at which a row was written, if that never changes
 */
export const newest = (rowid: SQL, by: Pick<Order, 'by'> = {}): Order => ({
  keys: [rowid],
  descending: true,
  low: [-1],
  high: [LAST],
  ...by,
})
/** By a time that several rows may share, latest first. */
export const latest = (time: SQL, rowid: SQL, by: Pick<Order, 'by'> = {}): Order => ({
  keys: [time, rowid],
  descending: true,
  low: [-1, -1],
  high: [LAST, LAST],
  ...by,
})
/** By an id that begins with the time, newest first; nothing sorts after the letter g. */
export const newestId = (id: SQL, by: Pick<Order, 'by'> = { by: 'created_at' }): Order => ({
  keys: [id],
  descending: true,
  low: [''],
  high: ['g'],
  ...by,
})
/** By a unique string. */
export const byText = (key: SQL, by: string): Order => ({
  keys: [key],
  descending: false,
  low: [''],
  high: [END],
  by,
})
