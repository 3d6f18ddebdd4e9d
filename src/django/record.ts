import { sha256, toBase64url } from '../crypto/bytes.ts'
import { joinScope, isScopeToken } from '../scope.ts'
import type { UserReference } from '../store/import-store.ts'

/** Our kind of a model. */
export type DjangoKind = 'user' | 'scope' | 'client' | 'consent' | 'access token' | 'refresh token' | 'code'

/** A record of `manage.py dumpdata`. */
export interface DjangoRecord {
  /** Such as `oauth2.client`. */
  readonly model: string
  /** Null if natural keys replace it. */
  readonly pk: string | null
  readonly fields: Readonly<Record<string, unknown>>
}

/** The context that the records of a dump need. */
export interface DjangoContext {
  /** Identifies one of several Django projects; users of two projects are different users. */
  readonly source: string
  /** The project's user model, such as `auth.user`. */
  readonly userModel: string
  /** The field with which users sign in and by which natural keys name them; null for `username`, or else `email`. */
  readonly usernameField: string | null
  /** The models that may replace those of django-oauth-toolkit (OAUTH2_PROVIDER_APPLICATION_MODEL and the like). */
  readonly toolkitModels: ToolkitModels
  /** Bits of the integer scopes of django-oauth2-provider 0.2, by name. */
  readonly scopeBits: Readonly<Record<string, number>>
  /** Hosts whose plain-http redirect URIs may be registered (OAUTH_ALLOW_HTTP_REDIRECTS). */
  readonly httpHosts: readonly string[]
  /** Client ids by model and pk. */
  readonly clients: Map<string, string>
  /** Scope names by pk. */
  readonly scopes: Map<string, string>
  readonly now: number
  /** Seconds for which a refresh token is valid from now on; Django's have no expiry. */
  readonly refreshTokenLifetime: number
}

/** Models of django-oauth-toolkit that a project may replace with its own, in lower case. */
export interface ToolkitModels {
  readonly application: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** The models of django-oauth-toolkit itself. */
export const TOOLKIT_MODELS: ToolkitModels = {
  application: 'oauth2_provider.application',
  accessToken: 'oauth2_provider.accesstoken',
  refreshToken: 'oauth2_provider.refreshtoken',
}

/** Why a record is not imported, as a sentence that is the same for all records of its kind. */
export class NotTaken extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NotTaken'
  }
}

const KINDS: Readonly<Record<string, DjangoKind>> = {
  'oauth2.scope': 'scope',
  'oauth2.client': 'client',
  'oauth2.authorizedclient': 'consent',
  'oauth2.accesstoken': 'access token',
  'oauth2.refreshtoken': 'refresh token',
  'oauth2.grant': 'code',
  'oauth2_provider.grant': 'code',
}

/** Returns our kind of a model; null if there is none. */
export function kindOf(model: string, { toolkitModels, userModel }: DjangoContext): DjangoKind | null {
  switch (model) {
    case userModel:
      return 'user'
    case toolkitModels.application:
      return 'client'
    case toolkitModels.accessToken:
      return 'access token'
    case toolkitModels.refreshToken:
      return 'refresh token'
    default:
      return Object.hasOwn(KINDS, model) ? (KINDS[model] ?? null) : null
  }
}

/** Returns why a record of an unknown model is not imported, and which option would import it. */
export function unknownModelReason({ fields }: DjangoRecord): string {
  const has = (...names: readonly string[]): boolean => names.every((name) => Object.hasOwn(fields, name))
  const known = has('client_id', 'authorization_grant_type')
    ? (['applications', '--application-model'] as const)
    : has('password', 'last_login')
      ? (['users', '--user-model'] as const)
      : has('token', 'application', 'expires')
        ? (['access tokens', '--access-token-model'] as const)
        : has('token', 'application', 'access_token')
          ? (['refresh tokens', '--refresh-token-model'] as const)
          : null
  if (!known) return 'its model is not imported'
  return `its model is not imported; it looks like the project's ${known[0]}, which ${known[1]} names`
}

/** Returns the package of a model; models that django-oauth2-provider does not have belong to django-oauth-toolkit. */
export function packageOf(model: string): 'oauth2' | 'oauth2_provider' {
  return model.startsWith('oauth2.') ? 'oauth2' : 'oauth2_provider'
}

/** Reads a record of a dump; null if the object is not a record. */
export function readDjangoRecord(value: Readonly<Record<string, unknown>>): DjangoRecord | null {
  const { fields, model, pk } = value
  if (typeof model !== 'string' || typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return null
  const key = typeof pk === 'number' || typeof pk === 'string' ? String(pk) : null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON has as an object has texts as names
  return { model: model.toLowerCase(), pk: key, fields: fields as DjangoRecord['fields'] }
}

/** Returns the name of a record for people. */
export function nameOf({ fields, pk }: DjangoRecord): string {
  return pk ?? (readText(fields['username']) || readText(fields['client_id']) || '?')
}

/** Reads a string without NUL, which ours must not contain; empty if the field is not a string. */
export function readText(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\0', '') : ''
}

/** Reads a pk as a string; empty if the value is not a pk. */
export function readKey(value: unknown): string {
  return typeof value === 'number' ? String(value) : readText(value)
}

/** Reads a Django date as seconds since 1970; one without a time zone is in UTC. Null if there is none. */
export function readTime(value: unknown): number | null {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:[T ](\S+))?$/.exec(readText(value)) ?? []
  if (date === undefined) return null
  const zone = time === undefined || /(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? '' : 'Z'
  const milliseconds = Date.parse(time === undefined ? date : `${date}T${time}${zone}`)
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000)
}

/** Returns an id that is derived from a record, so that the same record is recognized when imported again. */
export async function importedId(what: string, key: string, { source }: DjangoContext): Promise<string> {
  return toBase64url((await sha256(`${source}\n${what}\n${key}`)).slice(0, 16))
}

/** Returns an id for a user's natural key. It is case-sensitive, as Django distinguishes `ada` and `Ada`. */
export async function nameId(name: string, context: DjangoContext): Promise<string> {
  return importedId('name of user', name, context)
}

/**
 * Reads the user of a field: a pk, or a natural key, which is a list with the username. Null if it is empty.
 * @throws
 * {NotTaken} the natural key has several fields, so that the first one may identify somebody else
 */
export async function readUser(value: unknown, context: DjangoContext): Promise<UserReference | null> {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) {
    if (value.length !== 1) throw new NotTaken('its user has a natural key of several fields')
    return { nameId: await nameId(readKey(value[0]), context) }
  }
  return { userId: await importedId('user', readKey(value), context) }
}

/**
 * Reads the id of the client of a field: a pk, or a natural key, which is a list with the id.
 * @throws {NotTaken} the dump has no such client
 */
export function readClientId(value: unknown, model: string, { clients }: DjangoContext): string {
  const clientId = Array.isArray(value) ? readText(value[0]) : clients.get(clientKey(model, readKey(value)))
  if (!clientId) throw new NotTaken('its client was not imported')
  return clientId
}

/** Returns the key under which models find their clients; those of one package belong together. */
export function clientKey(model: string, pk: string): string {
  return `${packageOf(model)} ${pk}`
}

/**
 * Reads the scope of a record: an integer (django-oauth2-provider 0.2), names separated by spaces, or a list of rows of the
 * scope table.
 * @returns names, sorted
 * @throws {NotTaken} it cannot be determined
 */
export function readScope(value: unknown, { scopeBits, scopes }: DjangoContext): string {
  const names = Array.isArray(value)
    ? value.map((entry: unknown) => scopeName(entry, scopes))
    : typeof value === 'number'
      ? namesOfBits(value, scopeBits)
      : readText(value).split(/\s+/).filter(Boolean)
  if (names.length === 0) throw new NotTaken('it has no scope')
  if (!names.every(isScopeToken)) throw new NotTaken('it has a scope that is not a scope name (RFC 6749 3.3)')
  return joinScope(names)
}

function scopeName(entry: unknown, scopes: DjangoContext['scopes']): string {
  const key = Array.isArray(entry) ? readText(entry[0]) : readKey(entry)
  const name = scopes.get(key) ?? (typeof entry === 'number' ? undefined : key)
  if (name === undefined) throw new NotTaken('it has a scope that is missing from the dump')
  return name
}

function namesOfBits(integer: number, bits: DjangoContext['scopeBits']): string[] {
  const names = Object.keys(bits).filter((name) => ((bits[name] ?? 0) & integer) === bits[name])
  const known = names.reduce((sum, name) => sum | (bits[name] ?? 0), 0)
  if (known !== integer) throw new NotTaken('it has scope bits that --scope-bits does not name')
  return names
}
