import * as v from 'valibot'
import type { Provider } from '../concepts.ts'
import type { Client, ClientType, MetadataValue } from '../store/records.ts'

/** Who may set a member: staff (panel, API and command line), a client that registers itself, or an import. */
export type Setter = 'import' | 'registration' | 'staff'

/** One of several values, with what it means. */
export type Choice = readonly [value: string, label: string]

/** How people set and see a member. */
export interface MemberControl {
  readonly label: string
  /** `lines` is a list with a line for each entry, `choices` a list with a box for each, `json` an object. */
  readonly kind: 'choice' | 'choices' | 'flag' | 'json' | 'lines' | 'seconds' | 'text'
  readonly hint?: string
  readonly choices?: readonly Choice[] | ((provider: Pick<Provider, 'grantTypes'>) => readonly Choice[])
  /** What a flag of a new client is while nobody says yes or no, where that depends on its type. */
  readonly unset?: string
}

/**
 * One member of a client's metadata (RFC 7591 2). Validation, storage, the form, the API, the command line and the OpenAPI
 * document read this row; a member needs nothing else.
 */
export interface ClientMetadataMember<T extends MetadataValue = MetadataValue> {
  /** Its registered name (RFC 7591 4.1), or one of ours. */
  readonly name: string
  /** Its name in the API, in forms and in lists, where that is older than the registered one. */
  readonly alias?: string
  /** Checks what a form, a program or the command line sends. Its messages are sentences for people. */
  readonly schema: v.GenericSchema<unknown, T>
  /** What a client has for which nobody set it. */
  readonly fallback: T | ((type: ClientType) => T)
  /** A client cannot be without it. */
  readonly required?: boolean
  readonly control: MemberControl
  /** The option of `client create` and `client update`, such as `--logo-uri <url>`. A flag gets its `--no-` by itself. */
  readonly option: string
  readonly setBy: readonly Setter[]
}

/** The name of a member in the API, in forms and in lists. */
export function memberKey({ alias, name }: ClientMetadataMember): string {
  return alias ?? name
}

/** What a client has of a member for which nobody set one. */
export function fallbackOf<T extends MetadataValue>(member: ClientMetadataMember<T>, type: ClientType): T {
  const { fallback } = member
  return typeof fallback === 'function' ? fallback(type) : fallback
}

/** Reads a member that is kept in a client's `metadata`; its fallback where the client has none that can be used. */
export function readMember<T extends MetadataValue>(
  client: Pick<Client, 'metadata' | 'type'>,
  member: ClientMetadataMember<T>,
): T {
  const held = v.safeParse(member.schema, client.metadata[member.name])
  return held.success ? held.output : fallbackOf(member, client.type)
}
