import type { ClientMetadata } from '../clients/metadata.ts'
import { redirectUriProblem } from '../clients/redirect-uri.ts'
import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { authMethodsOf } from '../oauth/client-auth.ts'
import { shown } from '../refusals.ts'
import { readMetadata } from '../registration/metadata.ts'

/** A document is unusable. The message is for staff, as the end of a sentence that begins with the address. */
export class DocumentError extends Error {
  /** @param problem with the document */
  constructor(problem: string) {
    super(problem)
    this.name = 'DocumentError'
  }
}

/** What a document says about its client. */
export interface ReadDocument {
  readonly metadata: ClientMetadata
  /** What is ignored in it, in sentences. */
  readonly notes: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/** Members that a document must not have, as everybody can read it (draft-ietf-oauth-client-id-metadata-document 4.1). */
const SECRETS = ['client_secret', 'client_secret_expires_at']
/** Grant types that only operators may allow, as they involve no user, reveal passwords, or put tokens into addresses. */
const NEVER = ['client_credentials', 'implicit', 'password']
/**
 * Members that are ignored: response types are derived from grant types, scopes are decided here, and one document describes
 * the clients of many people, which do not share a sector.
 */
const IGNORED = ['response_types', 'scope', 'sector_identifier_uri', 'subject_type']

/** What a provider offers for documents to choose from. */
export interface DocumentRules {
  /** Client authentication methods here. */
  readonly methods: readonly string[]
  readonly grantTypes: readonly string[]
  /** Hosts whose plain-http redirect URIs are accepted. */
  readonly httpHosts: readonly string[]
}

/** The parts of a document that its client gets. */
export interface CheckedDocument {
  readonly method: string
  /** Undefined if it names none. */
  readonly grantTypes: readonly string[] | undefined
  /** What is ignored, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Checks the rules that only apply to documents (draft-ietf-oauth-client-id-metadata-document 4).
 * @param clientId the address that it was fetched from
 * @throws {DocumentError} it is unusable
 */
export function checkDocument(json: Json, clientId: string, rules: DocumentRules): CheckedDocument {
  checkIdentity(json, clientId)
  const method = chooseMethod(json, rules.methods)
  const given = namesOf(json, 'grant_types')
  const usable = (name: string): boolean => rules.grantTypes.includes(name) && !NEVER.includes(name)
  const notes = [...notesOf(json, rules.httpHosts), ...ignoredGrants(given ?? [], usable)]
  return { method, grantTypes: given?.filter(usable), notes }
}

/**
 * Reads a client id metadata document. It is checked like a registration (RFC 7591 2), without the members that need a
 * trusted sender.
 * @param clientId the address that it was fetched from
 * @throws {DocumentError} it is unusable
 */
export async function readDocument(json: Json, clientId: string, provider: Provider): Promise<ReadDocument> {
  const { grantTypes, method, notes } = checkDocument(json, clientId, {
    methods: authMethodsOf(provider).map(([name]) => name),
    grantTypes: [
      ...Object.keys(provider.grantTypes),
      ...Object.values(provider.responseTypes).map((part) => part.grantType),
    ],
    httpHosts: provider.settings.allowHttpRedirects,
  })
  const rest = Object.fromEntries(Object.entries(json).filter(([name]) => !IGNORED.includes(name)))
  const body = { ...rest, token_endpoint_auth_method: method, ...(grantTypes && { grant_types: grantTypes }) }
  try {
    const rules = { store: { readScopes: async () => [] }, isTrusted: false }
    return { metadata: await readMetadata(body, rules, provider), notes }
  } catch (error) {
    if (error instanceof OAuthError) throw new DocumentError(`cannot be used: ${error.description}`)
    throw error
  }
}

/** Checks the client's identity, and that the document contains no secrets. */
function checkIdentity(json: Json, clientId: string): void {
  const named = json['client_id']
  if (typeof named !== 'string') throw new DocumentError('has no client_id')
  if (named !== clientId) throw new DocumentError(`is the document of another client: ${shown(named)}`)
  const name = json['client_name']
  if (typeof name !== 'string' || name.trim() === '') throw new DocumentError('has no client_name')
  const uris = json['redirect_uris']
  if (!Array.isArray(uris) || uris.length === 0) throw new DocumentError('has no redirect_uris')
  const secret = SECRETS.find((member) => Object.hasOwn(json, member))
  if (secret !== undefined) throw new DocumentError(`contains ${secret}, which everybody can read there`)
}

/**
 * Chooses how the client authenticates: as it prefers, or by the first of its choices (OpenID RP Metadata Choices 1.0) that
 * works here, or not at all. A document is public, so no method with a shared secret is possible.
 */
function chooseMethod(json: Json, methods: readonly string[]): string {
  const preferred = json['token_endpoint_auth_method']
  const choices = namesOf(json, 'token_endpoint_auth_methods_supported') ?? []
  const named = [...(typeof preferred === 'string' ? [preferred] : []), ...choices]
  if (named.length === 0) return 'none'
  const works = methods.filter((name) => !name.startsWith('client_secret_'))
  const method = named.find((name) => works.includes(name))
  if (method !== undefined) return method
  throw new DocumentError(
    `authenticates only with ${named.map((name) => shown(name)).join(', ')}; documents may name ${works.join(', ')} here`,
  )
}

/**
 * Reads a list of names.
 * @returns undefined if it is missing
 */
function namesOf(json: Json, member: string): readonly string[] | undefined {
  const value = json[member]
  if (value === undefined || value === null) return undefined
  const names = Array.isArray(value)
    ? value.filter((entry: unknown): entry is string => typeof entry === 'string')
    : []
  if (!Array.isArray(value) || names.length !== value.length) {
    throw new DocumentError(`has ${member} that is not a list of strings`)
  }
  return names
}

function notesOf(json: Json, httpHosts: readonly string[]): readonly string[] {
  const problems = (namesOf(json, 'redirect_uris') ?? []).flatMap((uri) => {
    const problem = redirectUriProblem(uri, { httpHosts })
    return problem === null ? [] : [problem]
  })
  const { hostname, search } = new URL(String(json['client_id']))
  const home = typeof json['client_uri'] === 'string' ? URL.parse(json['client_uri'])?.hostname : undefined
  return [
    ...problems,
    ...(search === '' ? [] : ['Its address has a query, which an address of a client should not have.']),
    ...(home === undefined || home === hostname
      ? []
      : [`Its home page is at another host, ${home}: it is not shown.`]),
  ]
}

function ignoredGrants(given: readonly string[], usable: (name: string) => boolean): readonly string[] {
  const ignored = given.filter((name) => !usable(name))
  if (ignored.length === 0) return []
  return [`The client cannot have these grant types here: ${ignored.map((name) => shown(name)).join(', ')}.`]
}
