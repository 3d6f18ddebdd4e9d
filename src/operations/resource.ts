import type { MemberControl } from '../clients/member.ts'
import type { Provider } from '../concepts.ts'
import type { Settings } from '../settings/settings.ts'
import type { AdminStore, OperatorMark } from '../store/admin-store.ts'
import { type AdminRecord, isList, type RecordKind, type RecordValue } from '../store/browse.ts'

/** What forms and lists follow from. */
export type Known = Pick<Provider, 'clientMetadata' | 'grantTypes'>

/** Who acts, with what acting takes: a member of staff in the panel or through the API, or the command line. */
export interface Operator {
  readonly store: AdminStore
  readonly provider: Pick<Provider, 'clientMetadata' | 'scopes'> & {
    readonly settings: Pick<Settings, 'allowHttpRedirects' | 'scopes'>
  }
  /** The id of the user who acts; null for the command line. */
  readonly userId: string | null
  /** When the request or command began, in seconds since 1970: what is read is as it was then. */
  readonly now: number
  /** Marks one write, as the operator's and this request's. */
  readonly mark: () => OperatorMark
  /**
   * The key that failed sign-ins of an account count under.
   * @returns null where the provider's key is not known
   */
  readonly throttleKey: (usernameKey: string) => Promise<string | null>
}

/** How a value is shown. */
export type ValueKind =
  | 'browser'
  | 'code'
  | 'flag'
  | 'json'
  | 'list'
  | 'number'
  | 'sentence'
  | 'state'
  | 'text'
  | 'time'

/** A column of a record, in tables and on its page. */
export interface Column {
  readonly name: string
  readonly label: string
  readonly kind?: ValueKind
  /** What a record has that holds nothing. */
  readonly fallback?: RecordValue
  /** Another list whose record this value names, and the column that holds its id. */
  readonly link?: { readonly kind: RecordKind; readonly id: string }
}

/** A filter of a list: a text, or one of some choices. */
export interface Filter {
  readonly name: string
  readonly label: string
  readonly choices?: readonly (readonly [value: string, label: string])[]
  /** Brings what was typed into the form that is compared. */
  readonly normalise?: (value: string) => string
}

/** A field of a form; its name is that of the record's column and of the API's member. */
export interface FieldSpec {
  readonly name: string
  readonly label: string
  readonly kind: MemberControl['kind'] | 'password'
  readonly hint?: string
  /** Few need it: it waits behind the others. */
  readonly advanced?: boolean
  /** What a flag is while nobody says yes or no. */
  readonly unset?: string
  readonly choices?: readonly (readonly [value: string, label: string])[]
  readonly required?: boolean
}

/** What a form or a program sends, not yet believed. */
export type Input = Readonly<Record<string, unknown>>

/** What was done. */
export interface Done {
  /** The record's id. */
  readonly id: string
  /** A sentence about it. */
  readonly text: string
  /** Shown this one time. */
  readonly secret?: string
  /** What else an API or a command line answers, by name. */
  readonly more?: AdminRecord
}

/** Something that can be done to a record. */
export interface Action {
  /** Its name in forms and in the API's paths. */
  readonly name: string
  readonly label: string
  /** The confirmation's title, where it is not the label and what it is done to: a name, or a number of them. */
  readonly asks?: (what: string) => string
  /** What it does, as the confirmation asks. */
  readonly question: string
  readonly danger?: boolean
  /** It can be done to many records at once. */
  readonly bulk?: boolean
  /** The record is gone afterwards. */
  readonly removes?: boolean
  readonly fields?: readonly FieldSpec[]
  readonly appliesTo?: (record: AdminRecord) => boolean
  /** Members of staff do it to others alone. */
  readonly notOneself?: boolean
  /**
   * Does it.
   * @returns null where the record is gone
   * @throws {InvalidInputError} an input that cannot be used
   */
  readonly run: (record: AdminRecord, input: Input, operator: Operator) => Promise<Done | null>
}

/**
 * Something that operators list, look at and change: the one concept behind the panel's pages, the exports and the API. All
 * three show the same records and run the same functions.
 */
export interface Resource {
  readonly kind: RecordKind
  readonly title: string
  readonly singular: string
  readonly intro: string
  /** The column that names a record. */
  readonly id: string
  /** The column by which people know it. */
  readonly name: string
  readonly columns: readonly Column[]
  /** What its page and the API show; `factColumns` reads it. */
  readonly facts: readonly Column[] | ((known: Pick<Known, 'clientMetadata'>) => readonly Column[])
  readonly filters: readonly Filter[]
  readonly actions: readonly Action[]
  /** Fields of a new record (null), or of one that is changed, as far as this user may change them. */
  readonly fields?: (record: AdminRecord | null, known: Known, userId: string | null) => readonly FieldSpec[]
  /** The whole list, sorted by id, where it is more than the storage's rows. */
  readonly all?: (operator: Operator) => Promise<readonly AdminRecord[]>
  /** What a form begins with where a record has nothing. */
  readonly blank?: (known: Pick<Known, 'clientMetadata'>) => Input
  /** @throws {InvalidInputError} names each field that cannot be used */
  readonly create?: (input: Input, operator: Operator) => Promise<Done>
  /**
   * Changes a record; what the input leaves out stays.
   * @returns null where it is gone
   * @throws {InvalidInputError} names each field that cannot be used
   */
  readonly update?: (record: AdminRecord, input: Input, operator: Operator) => Promise<Done | null>
}

/** Tells whether an action is on offer for a record: what one may not do to oneself is not. */
export function isOffered(
  { appliesTo, notOneself = false }: Action,
  record: AdminRecord,
  userId: string | null,
): boolean {
  return (appliesTo?.(record) ?? true) && !(notOneself && isOneself(record, userId))
}

/** Tells whether a record is the user who acts. */
export function isOneself(record: AdminRecord, userId: string | null): boolean {
  return userId !== null && record['id'] === userId
}

/** A text of an input; empty where it is none. */
export function textOf(input: Input, name: string): string {
  const value = input[name]
  return typeof value === 'string' ? value : ''
}

/** A text of a record; empty where it has none. */
export function valueOf(record: AdminRecord, name: string): string {
  return textOfValue(record[name] ?? null)
}

/** A value as text; empty for null. */
export function textOfValue(value: RecordValue): string {
  if (value === null) return ''
  return typeof value === 'object' && !isList(value) ? JSON.stringify(value) : String(value)
}

/** The entries of a list of a record. */
export function listOf(record: AdminRecord, name: string): readonly string[] {
  const value = record[name]
  return isList(value) ? value : []
}

/** What a record's page and the API show of it. */
export function factColumns(
  { facts }: Pick<Resource, 'facts'>,
  known: Pick<Known, 'clientMetadata'>,
): readonly Column[] {
  return typeof facts === 'function' ? facts(known) : facts
}

/** A record as programs see it: what its page shows, and not what lists are sorted by. */
export function recordJson(
  resource: Pick<Resource, 'facts'>,
  record: AdminRecord,
  known: Pick<Known, 'clientMetadata'>,
): AdminRecord {
  const columns = factColumns(resource, known)
  return Object.fromEntries(columns.map((column) => [column.name, shownValue(record, column)] as const))
}

/** A value of a record as everybody sees it. */
export function shownValue(
  record: AdminRecord,
  { fallback = null, name }: Pick<Column, 'fallback' | 'name'>,
): RecordValue {
  return record[name] ?? fallback
}
