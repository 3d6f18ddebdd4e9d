import { checkClientId, checkClientSecret } from '../clients/credentials.ts'
import { parseClientMetadata } from '../clients/metadata.ts'
import { redirectUriProblem } from '../clients/redirect-uri.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import type { NewClient } from '../store/admin-store.ts'
import { djangoPasswordProblem, isDjangoHash } from './known-hashes.ts'
import { type DjangoRecord, NotTaken, packageOf, readText } from './record.ts'

/** A client from Django, and what could not be imported, in sentences. */
export interface ReadClient {
  readonly client: NewClient
  readonly problems: readonly string[]
}

/** Grant types of django-oauth-toolkit. */
const TOOLKIT_GRANTS: Readonly<Record<string, readonly string[]>> = {
  'authorization-code': ['authorization_code', 'refresh_token'],
  implicit: ['implicit'],
  password: ['password', 'refresh_token'],
  'client-credentials': ['client_credentials'],
  'openid-hybrid': ['authorization_code', 'implicit', 'refresh_token'],
}
/** Grant types whose answer goes to a redirect URI. */
const REDIRECTED = ['authorization_code', 'implicit']

/**
 * Reads a client of django-oauth2-provider or of django-oauth-toolkit. Redirect URIs that may not be registered are dropped.
 * Public clients do not need PKCE, as their existing installations may not use it.
 * @param httpHosts hosts whose plain-http redirect URIs may be registered (OAUTH_ALLOW_HTTP_REDIRECTS)
 * @throws {NotTaken} its id or its grant types are not possible here
 */
export async function readClientRecord(
  record: DjangoRecord,
  httpHosts: readonly string[] = [],
): Promise<ReadClient> {
  const { fields } = record
  const isToolkit = packageOf(record.model) === 'oauth2_provider'
  const type = isPublic(fields['client_type']) ? 'public' : 'confidential'
  const problems: string[] = []
  const redirectUris = readRedirectUris(
    fields[isToolkit ? 'redirect_uris' : 'redirect_uri'],
    httpHosts,
    problems,
  )
  const grants = isToolkit ? toolkitGrants(fields) : providerGrants(type)
  const grantTypes = redirectUris.length > 0 ? grants : grants.filter((name) => !REDIRECTED.includes(name))
  if (grantTypes.length < grants.length && grantTypes.length > 0)
    problems.push('It has no valid redirect URI, so people cannot be sent back to it until it gets one.')
  return refusedAsNotTaken(async () => {
    const clientId = checkClientId(readText(fields['client_id']))
    const metadata = parseClientMetadata(
      {
        name: readText(fields['name']).trim().slice(0, 200) || clientId,
        url: readUrl(fields['url']),
        type,
        redirect_uris: redirectUris,
        grant_types: grantTypes.length > 0 ? grantTypes : ['refresh_token'],
        auto_authorize: fields['skip_authorization'] === true || fields['auto_authorize'] === true,
        authorize_every_time: fields['authorize_every_time'] === true,
        require_pkce: false,
        allow_short_schemes: redirectUris.some((uri) => redirectUriProblem(uri, { httpHosts }) !== null),
      },
      { setter: 'import', httpHosts },
    )
    const secretHash = await readSecret(readText(fields['client_secret']), problems)
    if (secretHash === null && type === 'confidential')
      problems.push('It has no secret that works here: create one with client rotate-secret.')
    return { client: { clientId, secretHash, metadata }, problems }
  })
}

async function refusedAsNotTaken<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new NotTaken(error.problems.map(({ message }) => message).join(' '))
  }
}

/** django-oauth2-provider numbers its types, and 1 is public; django-oauth-toolkit names them. */
function isPublic(value: unknown): boolean {
  return value === 1 || value === 'public'
}

/**
 * Returns the grant types for django-oauth2-provider, which lets every client use every grant; public ones get no refresh
 * token.
 */
function providerGrants(type: 'confidential' | 'public'): readonly string[] {
  return type === 'public'
    ? ['authorization_code', 'password']
    : ['authorization_code', 'password', 'refresh_token']
}

function toolkitGrants(fields: DjangoRecord['fields']): readonly string[] {
  const name = readText(fields['authorization_grant_type'])
  const grants = Object.hasOwn(TOOLKIT_GRANTS, name) ? TOOLKIT_GRANTS[name] : undefined
  if (!grants) throw new NotTaken(`The grant type ${JSON.stringify(name)} is not known.`)
  return grants
}

function readRedirectUris(value: unknown, httpHosts: readonly string[], problems: string[]): string[] {
  return splitUris(readText(value)).filter((uri) => {
    const problem = redirectUriProblem(uri, { shortSchemes: true, httpHosts })
    if (problem) problems.push(problem)
    return !problem
  })
}

/**
 * Splits URIs that are separated by white space or commas. A comma inside a URI stays; only one that is followed by another
 * URI, or by nothing, separates.
 */
function splitUris(text: string): readonly string[] {
  const uris = text.split(/\s+|,(?=\s|$|[a-z][a-z0-9+.-]*:\/)/i)
  return [...new Set(uris.filter((uri) => uri !== '' && uri !== ','))]
}

function readUrl(value: unknown): string {
  const url = readText(value)
  return /^https?:\/\/[\x21-\x7e]{1,1900}$/i.test(url) && URL.parse(url)?.username === '' ? url : ''
}

/**
 * Returns the stored form of the secret: its SHA-256, or the hash that newer versions of django-oauth-toolkit store, which a
 * SHA-256 replaces when the client first uses the secret here. A secret that merely looks like a hash is plain text. A
 * public client keeps its secret, too, as its installations may send it.
 */
async function readSecret(stored: string, problems: string[]): Promise<string | null> {
  if (stored === '') return null
  if (!isDjangoHash(stored)) return sha256Base64url(checkClientSecret(stored))
  const problem = djangoPasswordProblem(stored)
  if (problem !== null) problems.push(problem)
  return problem === null ? stored : null
}
