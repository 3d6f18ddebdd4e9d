import * as v from 'valibot'
import { randomBytes, toBase64url } from '../crypto/bytes.ts'
import { type FieldProblem, InvalidInputError, OAuthError } from '../errors.ts'
import { parseScope } from '../scope.ts'
import { MAX_SECONDS } from '../settings/kinds.ts'
import type { ClientMetadata } from '../store/admin-store.ts'
import type { ClientType } from '../store/records.ts'
import { redirectUriProblem } from './redirect-uri.ts'

export type { ClientMetadata } from '../store/admin-store.ts'

const MAX_REDIRECT_URIS = 100
const MAX_GRANT_TYPES = 20
const GRANT_TYPES = ['authorization_code', 'refresh_token', 'password', 'client_credentials', 'implicit']
const DEFAULT_GRANT_TYPES: Readonly<Record<ClientType, readonly string[]>> = {
  confidential: ['authorization_code', 'refresh_token'],
  public: ['authorization_code'],
}
/** Grant types whose answer goes to a redirect URI, with the response type that asks for it. */
const RESPONSE_TYPES: Readonly<Record<string, string>> = { authorization_code: 'code', implicit: 'token' }

const NAME = 'The name must have 1 to 200 characters, and no control characters.'
const URL_RULE = 'The URL must be an absolute http or https URL of at most 2,000 characters.'
const TYPE = 'The type must be confidential or public.'
const URIS = `Redirect URIs must be a list of at most ${MAX_REDIRECT_URIS} absolute URIs.`
const GRANTS =
  `Grant types must be a list of ${GRANT_TYPES.join(', ')}, or the absolute URIs of extension grants, ` +
  `at least one and at most ${MAX_GRANT_TYPES}.`
const SCOPE = 'The scope must be scope names separated by spaces (RFC 6749 3.3).'

const LIFETIME = `A token's life must be a whole number of seconds from 1 to ${MAX_SECONDS}, or nothing.`

const trimmedText = (message: string) => v.pipe(v.string(message), v.trim())
const flag = (field: string) => v.optional(v.boolean(`${field} must be true or false.`))

/** Seconds, as a number or as a form sends them. */
const lifetime = v.nullish(
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.trim(), v.regex(/^\d{0,10}$/, LIFETIME))], LIFETIME),
    v.transform((value) => (value === '' ? null : Number(value))),
    v.check((value) => value === null || isLifetime(value), LIFETIME),
  ),
)

const SCHEMA = v.object(
  {
    name: v.pipe(trimmedText(NAME), v.regex(/^\P{Cc}{1,200}$/u, NAME)),
    url: v.nullish(
      v.pipe(
        trimmedText(URL_RULE),
        v.check((url) => url === '' || isWebUrl(url), URL_RULE),
      ),
    ),
    type: v.optional(v.picklist(['confidential', 'public'], TYPE), 'confidential'),
    redirectUris: v.optional(v.pipe(v.array(v.string(URIS), URIS), v.maxLength(MAX_REDIRECT_URIS, URIS)), []),
    grantTypes: v.optional(
      v.pipe(
        v.array(v.pipe(v.string(GRANTS), v.check(isGrantType, GRANTS)), GRANTS),
        v.minLength(1, GRANTS),
        v.maxLength(MAX_GRANT_TYPES, GRANTS),
      ),
    ),
    scope: v.nullish(v.pipe(v.string(SCOPE), v.check(isScope, SCOPE))),
    autoAuthorize: flag('autoAuthorize'),
    authorizeEveryTime: flag('authorizeEveryTime'),
    requirePkce: flag('requirePkce'),
    accessTokenLifetime: lifetime,
    refreshTokenLifetime: lifetime,
  },
  'Client metadata must be an object.',
)

/**
 * Checks the metadata of a client to make or change: the one place that says what a client may be.
 * @param input an object with the fields of `ClientMetadata`. Only `name` must be there; the default grant types are
 *   authorization_code and, for a confidential client, refresh_token. Response types follow, so given ones are not looked at
 * @throws {InvalidInputError} names each field that cannot be used and says what is allowed
 */
export function parseClientMetadata(input: unknown): ClientMetadata {
  const result = v.safeParse(SCHEMA, input)
  if (!result.success) throw new InvalidInputError(fieldProblems(result.issues))
  const metadata = completeMetadata(result.output)
  const problems = [...grantTypeProblems(metadata), ...redirectUriProblems(metadata)]
  if (problems.length > 0) throw new InvalidInputError(problems)
  return metadata
}

function completeMetadata(input: v.InferOutput<typeof SCHEMA>): ClientMetadata {
  const grantTypes = [...new Set(input.grantTypes ?? DEFAULT_GRANT_TYPES[input.type])]
  return {
    name: input.name,
    url: input.url || null,
    type: input.type,
    redirectUris: input.redirectUris,
    grantTypes,
    responseTypes: grantTypes.flatMap((grantType) => RESPONSE_TYPES[grantType] ?? []),
    scope: parseScope(input.scope),
    autoAuthorize: input.autoAuthorize ?? false,
    authorizeEveryTime: input.authorizeEveryTime ?? false,
    requirePkce: input.requirePkce ?? true,
    accessTokenLifetime: input.accessTokenLifetime ?? null,
    refreshTokenLifetime: input.refreshTokenLifetime ?? null,
  }
}

function grantTypeProblems({ grantTypes, type }: ClientMetadata): FieldProblem[] {
  if (type === 'confidential' || !grantTypes.includes('client_credentials')) return []
  const message = 'The grant type client_credentials is for confidential clients only (RFC 6749 4.4).'
  return [{ field: 'grantTypes', message }]
}

function redirectUriProblems({ redirectUris, responseTypes }: ClientMetadata): FieldProblem[] {
  const field = 'redirectUris'
  if (redirectUris.length === 0 && responseTypes.length > 0) {
    const message = 'The grant types authorization_code and implicit need a redirect URI (RFC 6749 3.1.2.2).'
    return [{ field, message }]
  }
  return redirectUris.flatMap((uri, index) => {
    const twice = redirectUris.indexOf(uri) < index ? `The redirect URI ${uri} is there twice.` : null
    const message = redirectUriProblem(uri) ?? twice
    return message ? [{ field, message }] : []
  })
}

/** Valibot's issues, each message once for a field: a list with two bad items has one rule. */
function fieldProblems(issues: readonly v.BaseIssue<unknown>[]): FieldProblem[] {
  const problems = issues.map((issue) => {
    const field = v.getDotPath(issue)?.split('.')[0] ?? 'client'
    return [`${field} ${issue.message}`, { field, message: issue.message }] as const
  })
  return [...new Map(problems).values()]
}

/**
 * Checks the id that somebody chose for a client: the characters of RFC 6749 appendix A.1.
 * @throws {InvalidInputError} it is empty, longer than 255 characters, or not printable ASCII
 */
export function checkClientId(clientId: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(clientId)) return clientId
  throw new InvalidInputError(
    'clientId',
    'The client id must have 1 to 255 printable ASCII characters (RFC 6749 A.1).',
  )
}

/**
 * Checks the secret that somebody chose for a client: the characters of RFC 6749 appendix A.2.
 * @throws {InvalidInputError} it is empty, longer than 512 characters, or not printable ASCII
 */
export function checkClientSecret(secret: string): string {
  if (/^[\x20-\x7e]{1,512}$/.test(secret)) return secret
  throw new InvalidInputError(
    'clientSecret',
    'The secret must have 1 to 512 printable ASCII characters (RFC 6749 A.2).',
  )
}

/** A new client id of 128 bits. Hexadecimal, so that it never looks like an option on a command line. */
export function generateClientId(): string {
  return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A new client secret of 256 bits, base64url. */
export function generateClientSecret(): string {
  return toBase64url(randomBytes(32))
}

function isGrantType(name: string): boolean {
  return GRANT_TYPES.includes(name) || (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(name) && name.length <= 255)
}

function isLifetime(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS
}

function isScope(scope: string): boolean {
  try {
    parseScope(scope)
    return true
  } catch (error) {
    if (error instanceof OAuthError) return false
    throw error
  }
}

function isWebUrl(text: string): boolean {
  const url = text.length <= 2000 && /^https?:\/\/[\x21-\x7e]+$/i.test(text) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === ''
}
