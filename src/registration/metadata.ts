import { memberKey } from '../clients/member.ts'
import { readMember } from '../clients/member.ts'
import { keyMembers } from '../clients/members/keys.ts'
import { openidMembers } from '../clients/members/openid.ts'
import { type ClientMetadata, parseClientMetadata } from '../clients/metadata.ts'
import { redirectUriProblem } from '../clients/redirect-uri.ts'
import type { Provider } from '../concepts.ts'
import { InvalidInputError } from '../errors.ts'
import { authMethodsOf } from '../oauth/client-auth.ts'
import { sectorOf } from '../openid/subject.ts'
import { publicUrlProblem } from '../outbound/public-url.ts'
import { ADMIN_SCOPE, fixedScopes, joinScope } from '../scope.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { listOf, readGrantTypes } from './grants.ts'
import { invalidMetadata, invalidRedirectUri } from './refusals.ts'
import { checkSector } from './sector.ts'

/** What reading a registration needs. */
export interface ReadRules {
  readonly store: Pick<RegistrationStore, 'readScopes'>
  /** Whether an initial access token vouches for the client. */
  readonly isTrusted: boolean
  /** The present metadata of an existing client; members that a client cannot set stay. */
  readonly before?: ClientMetadata
}

/** Members that are processed here rather than copied. */
const OWN = ['client_name', 'grant_types', 'redirect_uris', 'scope', 'token_endpoint_auth_method', 'type']

/**
 * Reads the metadata that a client sends (RFC 7591 2). Members that it cannot set, and unknown ones, are ignored.
 * @throws {OAuthError} invalid_redirect_uri, invalid_client_metadata (RFC 7591 3.2.2)
 */
export async function readMetadata(
  json: unknown,
  rules: ReadRules,
  provider: Provider,
): Promise<ClientMetadata> {
  const body = objectOf(json)
  const method = readMethod(body, provider)
  const grantTypes = readGrantTypes(body, provider, rules.isTrusted)
  const redirectUris = readRedirectUris(body, provider)
  const input = {
    ...othersOf(body, provider),
    name: readName(body, redirectUris),
    type: method === 'none' ? 'public' : 'confidential',
    token_endpoint_auth_method: method,
    grant_types: grantTypes,
    redirect_uris: redirectUris,
    scope: await readScope(body, rules.store, provider),
  }
  const metadata = parse(input, rules, provider)
  await checkAddresses(metadata, method, provider)
  return rules.isTrusted ? metadata : unlimited(metadata)
}

function parse(
  input: Readonly<Record<string, unknown>>,
  { before }: ReadRules,
  { clientMetadata, settings }: Provider,
): ClientMetadata {
  try {
    return parseClientMetadata(input, {
      members: clientMetadata,
      setter: 'registration',
      httpHosts: settings.allowHttpRedirects,
      ...(before && { before }),
    })
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const isRedirect = error.problems.some(({ field }) => field === 'redirect_uris')
    throw isRedirect ? invalidRedirectUri(error.message) : invalidMetadata(error.message)
  }
}

function objectOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json }
  throw invalidMetadata('The body must be a JSON object.')
}

/** The member that keeps the scopes that a stranger named. */
export const REGISTERED_SCOPE = 'registered_scope'

/**
 * Ignores the scopes that a stranger names as a limit, as a stranger who names none has no limit: programs register with
 * what they need at first, and request more when an API requires more (MCP, step-up). People decide, and operators may set a
 * limit.
 */
function unlimited(metadata: ClientMetadata): ClientMetadata {
  const { [REGISTERED_SCOPE]: _, ...others } = metadata.metadata
  const named = metadata.scope === null ? {} : { [REGISTERED_SCOPE]: metadata.scope }
  return { ...metadata, scope: null, metadata: { ...others, ...named } }
}

/** Returns every other member by its name in the API; a missing one is removed (RFC 7592 2.2). */
function othersOf(
  body: Readonly<Record<string, unknown>>,
  { clientMetadata }: Provider,
): Readonly<Record<string, unknown>> {
  const others = clientMetadata.filter(
    ({ name, setBy }) => setBy.includes('registration') && !OWN.includes(name),
  )
  return Object.fromEntries(
    others.map((member): [string, unknown] => [
      memberKey(member),
      Object.hasOwn(body, member.name) ? body[member.name] : null,
    ]),
  )
}

function readName(body: Readonly<Record<string, unknown>>, redirectUris: readonly string[]): unknown {
  const name = body['client_name'] ?? ''
  if (name !== '') return name
  const [first = ''] = redirectUris
  return URL.parse(first)?.host || 'Unnamed application'
}

/** Reads how it authenticates: as it says, or with the first of a list (OpenID RP Metadata Choices 1.0) that works here. */
function readMethod(body: Readonly<Record<string, unknown>>, provider: Provider): string {
  const works = authMethodsOf(provider).map(([name]) => name)
  const choices = listOf(
    body['token_endpoint_auth_methods_supported'],
    'token_endpoint_auth_methods_supported',
  )
  const asked = body['token_endpoint_auth_method'] ?? (choices ? undefined : 'client_secret_basic')
  const method = [asked, ...(choices ?? [])].find((name) => works.some((known) => known === name))
  if (typeof method === 'string') return method
  throw invalidMetadata(`The method must be one of ${works.join(', ')}.`)
}

/** Reads the valid redirect URIs; an invalid one does not affect the others. */
function readRedirectUris(
  body: Readonly<Record<string, unknown>>,
  { settings }: Provider,
): readonly string[] {
  const given = [...new Set(listOf(body['redirect_uris'], 'redirect_uris'))]
  const found = given.map((uri) => ({
    uri,
    problem: redirectUriProblem(uri, { httpHosts: settings.allowHttpRedirects }),
  }))
  const usable = found.flatMap(({ problem, uri }) => (problem === null ? [uri] : []))
  if (given.length > 0 && usable.length === 0) {
    throw invalidRedirectUri(found[0]?.problem ?? 'None of the redirect URIs is valid.')
  }
  return usable
}

/** Reads the existing scopes that it names, but never `admin`; null if it names none. */
async function readScope(
  body: Readonly<Record<string, unknown>>,
  store: ReadRules['store'],
  provider: Provider,
): Promise<string | null> {
  const scope = body['scope'] ?? ''
  if (typeof scope !== 'string' || scope.length > 5000) throw invalidMetadata('scope must be a string.')
  const names = scope.split(/\s+/).filter((name) => name !== '' && name !== ADMIN_SCOPE)
  if (scope.trim() === '') return null
  const fixed = fixedScopes(provider)
  const others = names.filter((name) => !fixed.includes(name))
  const known = [...fixed, ...(others.length > 0 ? await store.readScopes(others) : [])]
  const existing = names.filter((name) => known.includes(name))
  if (existing.length === 0) throw invalidMetadata('None of the scopes exists here.')
  return joinScope(existing)
}

/** Every address that the provider fetches or calls must be public (OpenID Connect Registration 2, 5). */
async function checkAddresses(metadata: ClientMetadata, method: string, provider: Provider): Promise<void> {
  const { fetchLoopback } = provider.settings
  const called = [
    keyMembers.jwksUri,
    openidMembers.sectorIdentifierUri,
    openidMembers.backchannelLogoutUri,
  ] as const
  for (const member of called) {
    const url = readMember(metadata, member)
    const problem = url === null ? null : publicUrlProblem(url, fetchLoopback)
    if (problem !== null) throw invalidMetadata(`${member.name} ${problem}.`)
  }
  const hasKeys =
    readMember(metadata, keyMembers.jwks) !== null || readMember(metadata, keyMembers.jwksUri) !== null
  if (method === 'private_key_jwt' && !hasKeys) {
    throw invalidMetadata('private_key_jwt needs jwks or jwks_uri.')
  }
  const sectorIdentifierUri = readMember(metadata, openidMembers.sectorIdentifierUri)
  const { redirectUris } = metadata
  if (sectorIdentifierUri !== null) await checkSector(sectorIdentifierUri, redirectUris, fetchLoopback)
  const isPairwise = readMember(metadata, openidMembers.subjectType) === 'pairwise'
  if (isPairwise && sectorOf({ redirectUris, sectorIdentifierUri }) === null) {
    throw invalidMetadata(
      'Pairwise subjects of several hosts need a sector_identifier_uri (OpenID Connect Core 8.1).',
    )
  }
}
