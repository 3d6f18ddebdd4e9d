import type { MemberControl, Offering } from '../clients/member.ts'
import type { Provider } from '../concepts.ts'
import type { Settings } from '../settings/settings.ts'
import type { AdminStore, OperatorMark } from '../store/admin-store.ts'
import {
  type AdminRecord,
  type BrowseQuery,
  isList,
  type Listing,
  type RecordKind,
  type RecordValue,
} from '../store/browse.ts'
import type { SigningKeyStore } from '../store/signing-keys.ts'

/** What forms and lists depend on. */
export type Known = Offering &
  Pick<Provider, 'clientMetadata'> & { readonly settings: Pick<Settings, 'passwords'> }

/** Who acts, and what acting needs: a member of staff in the panel or through the API, or the command line. */
export interface Operator {
  readonly store: AdminStore
  /** Null if the storage keeps none. */
  readonly signingKeys: SigningKeyStore | null
  readonly provider: Pick<Provider, 'bindings' | 'clientMetadata' | 'featureSettings' | 'scopes'> & {
    readonly settings: Pick<
      Settings,
      'allowHttpRedirects' | 'passwordGrant' | 'passwords' | 'responseTypeChoices' | 'scopes'
    >
  }
  /** The id of the acting user; null for the command line. */
  readonly userId: string | null
  /** When the request or command started, in seconds since 1970; records are read as of then. */
  readonly now: number
  /** Marks one write with the operator and this request. */
  readonly mark: () => OperatorMark
  /**
   * Returns the key under which failed sign-ins of an account are counted.
   * @returns null if the provider's key is not known
   */
  readonly throttleKey: (usernameKey: string) => Promise<string | null>
  /**
   * Seals a string to be stored, see `seal`.
   * @returns null if the provider's key is not known
   */
  readonly seal: (text: string, context: string) => Promise<string | null>
  /** Links that staff may create for people, by purpose, such as `recovery`; undefined for none. */
  readonly links?: Readonly<Record<string, LinkOffer | null>>
}

/** A link that staff create for a person. */
export interface LinkOffer {
  /**
   * Returns the address to which a link leads.
   * @throws {InvalidInputError} it is not known
   */
  readonly urlOf: (id: string) => Promise<string>
  /**
   * Sends it by mail, in the person's preferred language or else the deployment's; null if no mail is sent.
   */
  readonly send: ((to: string, url: string, locale: string | null) => void) | null
}

/** How a value is shown. A `sentence` stays English, as for programs; `sentences` and a `word` are translated in the panel. */
export type ValueKind =
  | 'ago'
  | 'browser'
  | 'code'
  | 'event'
  | 'flag'
  | 'json'
  | 'list'
  | 'number'
  | 'sentence'
  | 'sentences'
  | 'state'
  | 'text'
  | 'time'
  | 'word'

/** A column of a record, in tables and on its page. */
export interface Column {
  readonly name: string
  readonly label: string
  readonly kind?: ValueKind
  /** The value of a record without one. */
  readonly fallback?: RecordValue
  /** For a flag that is shown as a state: its words for yes and no. */
  readonly words?: readonly [yes: string, no: string]
  /** Another list whose record this value names, and the column with its id. */
  readonly link?: { readonly kind: string; readonly id: string }
}

/** A filter of a list: a text, or one of several choices. */
export interface Filter {
  readonly name: string
  readonly label: string
  readonly choices?: readonly (readonly [value: string, label: string])[]
  /** Normalises the typed text for comparison. */
  readonly normalise?: (value: string) => string
}

/** A field of a form, named like the record's column and the API's member. */
export interface FieldSpec {
  readonly name: string
  readonly label: string
  readonly kind: MemberControl['kind'] | 'password'
  readonly hint?: string
  /** Whether it is rarely needed, and so folded behind the others. */
  readonly advanced?: boolean
  /** The value of a flag that nobody has set. */
  readonly unset?: string
  readonly choices?: readonly (readonly [value: string, label: string])[]
  readonly required?: boolean
}

/** What a form or a program sends, not yet validated. */
export type Input = Readonly<Record<string, unknown>>

/** A kind of new record. */
export interface Kind {
  readonly name: string
  readonly label: string
  readonly hint: string
  /** The values with which the form is filled in. */
  readonly values: Input
}

/** What was done. */
export interface Done {
  /** The record's id. */
  readonly id: string
  /** A sentence about it. */
  readonly text: string
  /** Shown only once. */
  readonly secret?: string
  /** Its name in an API; defaults to `client_secret`. */
  readonly secretName?: string
  /** Further members of the answer of an API or a command line, by name. */
  readonly more?: AdminRecord
}

/** Something that can be done to a record. */
export interface Action {
  /** Its name in forms and in the API's paths. */
  readonly name: string
  readonly label: string
  /** The confirmation's title, if it is not the label followed by a name or a number. */
  readonly asks?: (what: string) => string
  /** What it does, for the confirmation. */
  readonly question: string
  readonly danger?: boolean
  /** Whether it can be done to many records at once. */
  readonly bulk?: boolean
  /** Whether it is done to the list as a whole, rather than to a record. */
  readonly ofAll?: boolean
  /** Whether it deletes the record. */
  readonly removes?: boolean
  /** Whether the record's name must be typed first, if it is done to one record in the panel. */
  readonly typed?: boolean
  readonly fields?: readonly FieldSpec[]
  readonly appliesTo?: (record: AdminRecord) => boolean
  /** Whether members of staff may do it only to others. */
  readonly notOneself?: boolean
  /**
   * Performs the action.
   * @param record empty for an action on the list as a whole
   * @returns null if the record is gone
   * @throws {InvalidInputError} the input is invalid
   */
  readonly run: (record: AdminRecord, input: Input, operator: Operator) => Promise<Done | null>
}

/**
 * Something that operators list, view and change: the one concept behind the panel's pages, the exports and the API. All
 * three show the same records and run the same functions. Its kind is its name in URLs.
 */
export type Resource = Described &
  ({ readonly kind: RecordKind; readonly list?: undefined } | ({ readonly kind: string } & OwnList))

/** A list with more rows than the storage's, or with other rows. */
export interface OwnList {
  readonly list: (query: BrowseQuery, operator: Operator) => Promise<Listing>
  /** @returns null if there is no such record */
  readonly read: (id: string, operator: Operator) => Promise<AdminRecord | null>
}

/** What every resource describes. */
interface Described {
  readonly title: string
  readonly singular: string
  readonly intro: string
  /** The column that identifies a record. */
  readonly id: string
  /** The column with the name that people know; the id if there is none. */
  readonly name: string
  /** The columns that tell records without a name apart. */
  readonly about?: readonly string[]
  readonly columns: readonly Column[]
  /** What its page and the API show; `factColumns` reads it. */
  readonly facts: readonly Column[] | ((known: Pick<Known, 'clientMetadata'>) => readonly Column[])
  readonly filters: readonly Filter[]
  /** What the button beside the filters says, if they ask for more than a part of the list. */
  readonly filterLabel?: string
  readonly actions: readonly Action[]
  /** Fields of a new record (null), or of an existing one, as far as this user may change them. */
  readonly fields?: (record: AdminRecord | null, known: Known, userId: string | null) => readonly FieldSpec[]
  /** The kinds of a new record, each of which fills in the form. */
  readonly kinds?: readonly Kind[]
  /** The initial values of a form for fields that a record lacks. */
  readonly blank?: (known: Pick<Known, 'clientMetadata'>) => Input
  /** @throws {InvalidInputError} names each invalid field */
  readonly create?: (input: Input, operator: Operator) => Promise<Done>
  /**
   * Changes a record; omitted fields stay.
   * @returns null if it is gone
   * @throws {InvalidInputError} names each invalid field
   */
  readonly update?: (record: AdminRecord, input: Input, operator: Operator) => Promise<Done | null>
}

/** Returns whether an action is available for a record; one that operators may not do to themselves is not. */
export function isOffered(
  { appliesTo, notOneself = false, ofAll = false }: Action,
  record: AdminRecord,
  userId: string | null,
): boolean {
  return !ofAll && (appliesTo?.(record) ?? true) && !(notOneself && isOneself(record, userId))
}

/** Returns whether a record is the acting user. */
export function isOneself(record: AdminRecord, userId: string | null): boolean {
  return userId !== null && record['id'] === userId
}

/** Returns whether a value is empty or off. */
export function isNothing(value: RecordValue): boolean {
  return value === null || value === false || value === '' || (isList(value) && value.length === 0)
}

/** Returns a string of an input; empty if it is not a string. */
export function textOf(input: Input, name: string): string {
  const value = input[name]
  return typeof value === 'string' ? value : ''
}

/** Returns a string of a record; empty if it has none. */
export function valueOf(record: AdminRecord, name: string): string {
  return textOfValue(record[name] ?? null)
}

/** Returns a value as text; empty for null. */
export function textOfValue(value: RecordValue): string {
  if (value === null) return ''
  return typeof value === 'object' && !isList(value) ? JSON.stringify(value) : String(value)
}

/** Returns the entries of a record's list. */
export function listOf(record: AdminRecord, name: string): readonly string[] {
  const value = record[name]
  return isList(value) ? value : []
}

/** Returns what a record's page and the API show. */
export function factColumns(
  { facts }: Pick<Resource, 'facts'>,
  known: Pick<Known, 'clientMetadata'>,
): readonly Column[] {
  return typeof facts === 'function' ? facts(known) : facts
}

/** Returns a record as programs see it: what its page shows, without sort keys. */
export function recordJson(
  resource: Pick<Resource, 'facts'>,
  record: AdminRecord,
  known: Pick<Known, 'clientMetadata'>,
): AdminRecord {
  const columns = factColumns(resource, known)
  return Object.fromEntries(columns.map((column) => [column.name, shownValue(record, column)] as const))
}

/** Returns the displayed value of a record. */
export function shownValue(
  record: AdminRecord,
  { fallback = null, name }: Pick<Column, 'fallback' | 'name'>,
): RecordValue {
  return record[name] ?? fallback
}
