import * as v from 'valibot'
import { type FieldProblem, InvalidInputError } from '../errors.ts'
import type { ClientMetadata } from '../store/admin-store.ts'
import type { ClientType, MetadataValue } from '../store/records.ts'
import { type ClientMetadataMember, fallbackOf, memberKey, type Setter } from './member.ts'
import { type ClientColumns, columnMembers } from './members/columns.ts'
import { allowShortSchemes, clientMetadata } from './members/index.ts'
import { keyMembers } from './members/keys.ts'
import { redirectUriProblem } from './redirect-uri.ts'

export type { ClientMetadata } from '../store/admin-store.ts'

/** Grant types whose answer goes to a redirect URI, with the response type that requests it. */
const RESPONSE_TYPES: Readonly<Record<string, string>> = { authorization_code: 'code', implicit: 'token' }

/** How to read metadata. */
export interface ParseOptions {
  /** All members; by default those of this package. */
  readonly members?: readonly ClientMetadataMember[]
  /** Who sends the metadata. Members that the sender may not set stay as they are. */
  readonly setter?: Setter
  /** Hosts whose plain-http redirect URIs may be registered. */
  readonly httpHosts?: readonly string[]
  /**
   * Grant types that the settings turn off, each with its variable: a client may keep one that it has, but cannot be given
   * one.
   */
  readonly grantTypesOff?: Readonly<Record<string, string>>
  /** The client's present metadata. Members that are missing from the input stay, and are not checked again. */
  readonly before?: ClientMetadata
}

/**
 * Checks the metadata of a client to create or to change. This is the only place that decides what a client may be.
 * @param input members by their names in the API; an empty string counts as null, which removes a member. Response types are
 *   derived from the grant types, so those in the input are ignored
 * @throws {InvalidInputError} names each invalid member and says what is allowed
 */
export function parseClientMetadata(
  input: Readonly<Record<string, unknown>>,
  options: ParseOptions = {},
): ClientMetadata {
  const { before, members = clientMetadata, setter = 'staff' } = options
  const problems: FieldProblem[] = []
  const read = (member: ClientMetadataMember, kept: MetadataValue | undefined, type: ClientType) => {
    const given = member.setBy.includes(setter) ? input[memberKey(member)] : undefined
    if (given === undefined && kept !== undefined) return kept
    if (isNothing(given) && !member.required) return fallbackOf(member, type)
    const result = v.safeParse(member.schema, given ?? '')
    if (result.success) return result.output
    problems.push(...problemsOf(member, result.issues))
    return fallbackOf(member, type)
  }
  const type = read(columnMembers.type, before?.type, 'confidential') === 'public' ? 'public' : 'confidential'
  const columns = Object.entries(columnMembers).map(([field, member]): [string, MetadataValue] => [
    field,
    read(member, columnOf(before, field), type),
  ])
  const others = members.filter(
    (member) => !Object.values<ClientMetadataMember>(columnMembers).includes(member),
  )
  const values = others.map((member): [string, MetadataValue] => [
    member.name,
    read(member, before && (before.metadata[member.name] ?? null), type),
  ])
  const usual = new Map(others.map((member) => [member.name, fallbackOf(member, type)]))
  const held = Object.entries({ ...before?.metadata, ...Object.fromEntries(values) })
  const metadata = complete(
    columns,
    held.filter(([name, value]) => !isSame(value, usual.get(name) ?? null)),
  )
  // A rule about several members is not applied to one that is already invalid.
  const rules = ruleProblems(metadata, input, options).filter(
    ({ field }) => !problems.some((problem) => problem.field === field),
  )
  const wrong = [...distinct(problems), ...rules]
  if (wrong.length > 0) throw new InvalidInputError(wrong)
  return metadata
}

function complete(
  columns: readonly (readonly [string, MetadataValue])[],
  held: readonly (readonly [string, MetadataValue])[],
): ClientMetadata {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type of columnMembers ties each schema to its field
  const fields = Object.fromEntries(columns) as unknown as ClientColumns
  const responseTypes = fields.grantTypes.flatMap((grantType) => RESPONSE_TYPES[grantType] ?? [])
  return { ...fields, responseTypes, metadata: Object.fromEntries(held) }
}

function columnOf(before: ClientMetadata | undefined, field: string): MetadataValue | undefined {
  const held: Readonly<Record<string, MetadataValue>> = { ...before }
  return held[field]
}

/** Returns whether a value equals the default, so that it need not be stored. */
function isSame(one: MetadataValue, other: MetadataValue): boolean {
  return one === null || JSON.stringify(one) === JSON.stringify(other)
}

function isNothing(given: unknown): boolean {
  return given === undefined || given === null || (typeof given === 'string' && given.trim() === '')
}

/** Returns the violations of rules about several members. */
function ruleProblems(
  metadata: ClientMetadata,
  input: Readonly<Record<string, unknown>>,
  { before, grantTypesOff = {}, httpHosts = [] }: ParseOptions,
): readonly FieldProblem[] {
  return [
    ...grantTypeProblems(metadata),
    ...offProblems(metadata, before, grantTypesOff),
    ...methodProblems(metadata),
    ...consentProblems(metadata),
    ...needsRedirectUri(metadata),
    ...keyProblems(metadata),
    ...(input['redirect_uris'] === undefined ? [] : redirectUriProblems(metadata, httpHosts)),
  ]
}

function grantTypeProblems({ grantTypes, type }: ClientMetadata): FieldProblem[] {
  if (type === 'confidential' || !grantTypes.includes('client_credentials')) return []
  const message = 'The grant type client_credentials is for confidential clients only (RFC 6749 4.4).'
  return [{ field: 'grant_types', message }]
}

/** No client can be given a grant type that is turned off; one that has it keeps it, in case it is turned on again. */
function offProblems(
  { grantTypes }: ClientMetadata,
  before: ClientMetadata | undefined,
  off: Readonly<Record<string, string>>,
): FieldProblem[] {
  return grantTypes
    .filter((name) => Object.hasOwn(off, name) && !before?.grantTypes.includes(name))
    .map((name) => ({ field: 'grant_types', message: `${off[name]} turns the grant type ${name} off.` }))
}

/** RFC 6749 2.1: a public client has no credentials. */
function methodProblems({ metadata, type }: ClientMetadata): FieldProblem[] {
  const method = metadata[keyMembers.tokenEndpointAuthMethod.name]
  if (type === 'confidential' || method === undefined || method === 'none') return []
  const message = 'A public client cannot authenticate, so its method is none (RFC 6749 2.1).'
  return [{ field: keyMembers.tokenEndpointAuthMethod.name, message }]
}

/** RFC 7591 2: a client has either its keys or their address. */
function keyProblems({ metadata }: ClientMetadata): FieldProblem[] {
  if (metadata['jwks'] === undefined || metadata['jwks_uri'] === undefined) return []
  return [{ field: 'jwks', message: 'A client has either keys or a key set URL, not both (RFC 7591 2).' }]
}

function consentProblems({ authorizeEveryTime, autoAuthorize }: ClientMetadata): FieldProblem[] {
  if (!autoAuthorize || !authorizeEveryTime) return []
  const message = 'A client cannot both never ask for consent and ask for it every time. Choose one.'
  return ['auto_authorize', 'authorize_every_time'].map((field) => ({ field, message }))
}

function needsRedirectUri({ redirectUris, responseTypes }: ClientMetadata): FieldProblem[] {
  if (redirectUris.length > 0 || responseTypes.length === 0) return []
  const message = 'The grant types authorization_code and implicit need a redirect URI (RFC 6749 3.1.2.2).'
  return [{ field: 'redirect_uris', message }]
}

function redirectUriProblems(
  { metadata, redirectUris }: ClientMetadata,
  httpHosts: readonly string[],
): FieldProblem[] {
  const rules = { httpHosts, shortSchemes: metadata[allowShortSchemes.name] === true }
  return redirectUris.flatMap((uri, index) => {
    const twice = redirectUris.indexOf(uri) < index ? `The redirect URI ${uri} is listed twice.` : null
    const message = redirectUriProblem(uri, rules) ?? twice
    return message ? [{ field: 'redirect_uris', message }] : []
  })
}

function problemsOf(member: ClientMetadataMember, issues: readonly v.BaseIssue<unknown>[]): FieldProblem[] {
  return issues.map(({ message }) => ({ field: memberKey(member), message }))
}

/** Keeps each message once for a field, as several bad items of a list break the same rule. */
function distinct(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.field} ${problem.message}`, problem])).values()]
}
