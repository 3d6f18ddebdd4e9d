import { checkClientId } from '../clients/credentials.ts'
import { parseClientMetadata, type ParseOptions } from '../clients/metadata.ts'
import { redirectUriProblem } from '../clients/redirect-uri.ts'
import { fromHex, toBase64url } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import type { NewClient } from '../store/admin-store.ts'

type Fields = Readonly<Record<string, unknown>>

/** An entry of a KV namespace. */
export interface KvEntry {
  readonly key: string
  readonly value: Fields
}

/** Our reading of an entry. */
export type ReadEntry =
  | { readonly kind: 'client'; readonly client: NewClient; readonly notes: readonly string[] }
  | { readonly kind: 'not taken'; readonly key: string; readonly why: string }
  /** Grants and tokens name users that only the other application knows, and their properties are encrypted with the tokens. */
  | { readonly kind: 'grant' | 'token' | 'other' }

/** The members of its records, by those of RFC 7591. */
const MEMBERS: Readonly<Record<string, string>> = {
  name: 'clientName',
  url: 'clientUri',
  logo_uri: 'logoUri',
  policy_uri: 'policyUri',
  tos_uri: 'tosUri',
  jwks_uri: 'jwksUri',
  contacts: 'contacts',
}
const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials', 'implicit']

/**
 * Reads the entries of a dump: objects with `key` and `value`, as for `wrangler kv bulk put`, or one object of values by
 * key. A value is an object, or a JSON string.
 */
export function entriesOf(object: Fields): readonly KvEntry[] {
  if (typeof object['key'] === 'string') return [{ key: object['key'], value: fieldsOf(object['value']) }]
  return Object.entries(object).map(([key, value]) => ({ key, value: fieldsOf(value) }))
}

/**
 * Reads an entry of the namespace of @cloudflare/workers-oauth-provider. Secrets are imported, as both sides store their
 * SHA-256.
 */
export function readEntry({ key, value }: KvEntry, options: ParseOptions): ReadEntry {
  if (key.startsWith('grant:')) return { kind: 'grant' }
  if (key.startsWith('token:')) return { kind: 'token' }
  if (!key.startsWith('client:')) return { kind: 'other' }
  try {
    return { kind: 'client', ...readClient(value, options) }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { kind: 'not taken', key, why: error.problems.map(({ message }) => message).join(' ') }
  }
}

function readClient(value: Fields, options: ParseOptions): Omit<ReadEntry & { kind: 'client' }, 'kind'> {
  const clientId = checkClientId(textOf(value['clientId']))
  const hash = fromHex(textOf(value['clientSecret']).toLowerCase())
  const isPublic = value['tokenEndpointAuthMethod'] === 'none'
  const redirectUris = listOf(value['redirectUris'])
  const given = listOf(value['grantTypes'])
  const grants = given.filter((name) => GRANTS.includes(name) && !(isPublic && name === 'client_credentials'))
  const members = Object.entries(MEMBERS).flatMap(([name, theirs]) =>
    value[theirs] === undefined || value[theirs] === null ? [] : [[name, value[theirs]] as const],
  )
  const metadata = parseClientMetadata(
    {
      ...Object.fromEntries(members),
      name: textOf(value['clientName']).trim().slice(0, 200) || clientId,
      type: isPublic ? 'public' : 'confidential',
      redirect_uris: redirectUris,
      grant_types: grants.length > 0 ? grants : ['authorization_code', 'refresh_token'],
      allow_short_schemes: redirectUris.some((uri) => redirectUriProblem(uri, { httpHosts: [] }) !== null),
    },
    { ...options, setter: 'import' },
  )
  const secretHash = isPublic || hash?.length !== 32 ? null : toBase64url(hash)
  const lost = given.filter((name) => !grants.includes(name))
  return {
    client: { clientId, metadata, secretHash },
    notes: [
      ...(lost.length > 0 ? [`It may no longer use ${lost.join(', ')}.`] : []),
      ...(secretHash === null && !isPublic
        ? ['It has no secret: create one with client rotate-secret.']
        : []),
      ...(value['i18n'] === undefined ? [] : ['Its texts in other languages are not imported.']),
      ...(value['registrationExpiresAt'] === undefined
        ? []
        : ['It had an expiry there; here it does not expire.']),
    ],
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'string')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : {}
  try {
    return fieldsOf(JSON.parse(value) ?? {})
  } catch {
    return {}
  }
}
