import * as v from 'valibot'
import type { Provider } from '../concepts.ts'
import type { Client, ClientType, MetadataValue } from '../store/records.ts'
import type { GrantTypeSettings } from './grant-types.ts'

/** Who may set a member: staff (panel, API and command line), a client that registers itself, or an import. */
export type Setter = 'import' | 'registration' | 'staff'

/** One of several values, with what it means. */
export type Choice = readonly [value: string, label: string]

/** What the choices may depend on. */
export type Offering = Pick<Provider, 'grantTypes'> & { readonly settings: GrantTypeSettings }

/** How people set and see a member. */
export interface MemberControl {
  readonly label: string
  /** `lines` is a list with one line for each entry, `choices` a list with a checkbox for each, `json` an object. */
  readonly kind: 'choice' | 'choices' | 'flag' | 'json' | 'lines' | 'seconds' | 'text'
  readonly hint?: string
  readonly choices?: readonly Choice[] | ((provider: Offering) => readonly Choice[])
  /** The value of a flag of a new client that nobody has set, if it depends on the client's type. */
  readonly unset?: string
}

/**
 * One member of a client's metadata (RFC 7591 2). Validation, storage, the form, the API, the command line and the OpenAPI
 * document all use this row; a member needs nothing else.
 */
export interface ClientMetadataMember<T extends MetadataValue = MetadataValue> {
  /** Its registered name (RFC 7591 4.1), or one of ours. */
  readonly name: string
  /** Its name in the API, in forms and in lists, if that is older than the registered one. */
  readonly alias?: string
  /** Validates what a form, a program or the command line sends. Its messages are sentences for people. */
  readonly schema: v.GenericSchema<unknown, T>
  /** Its value for a client if nobody has set it. */
  readonly fallback: T | ((type: ClientType) => T)
  /** Whether every client must have it. */
  readonly required?: boolean
  readonly control: MemberControl
  /**
   * The option of `client create` and `client update`, if it is not that of its name, such as `--logo-uri <url>`. A flag
   * gets its `--no-` form automatically.
   */
  readonly option?: string
  readonly setBy: readonly Setter[]
}

/** Returns the name of a member in the API, in forms and in lists. */
export function memberKey({ alias, name }: ClientMetadataMember): string {
  return alias ?? name
}

/** Returns the value of a member that nobody has set. */
export function fallbackOf<T extends MetadataValue>(member: ClientMetadataMember<T>, type: ClientType): T {
  const { fallback } = member
  return typeof fallback === 'function' ? fallback(type) : fallback
}

/** Reads a member from a client's `metadata`; returns its fallback if the client has no usable value. */
export function readMember<T extends MetadataValue>(
  client: Pick<Client, 'metadata' | 'type'>,
  member: ClientMetadataMember<T>,
): T {
  const held = v.safeParse(member.schema, client.metadata[member.name])
  return held.success ? held.output : fallbackOf(member, client.type)
}
