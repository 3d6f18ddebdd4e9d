import { sha256Base64url } from '../crypto/bytes.ts'

/** What of a client decides the subjects that it sees (OpenID Connect Core 8, Dynamic Client Registration 2). */
export interface SubjectRule {
  readonly subjectType: 'pairwise' | 'public'
  readonly sectorIdentifierUri: string | null
  readonly redirectUris: readonly string[]
}

/**
 * The sector of a client: clients of one sector see the same pairwise subject (OpenID Connect Core 8.1).
 * @returns its host; null where redirect URIs of several hosts, or of none, leave it open and no sector identifier says it
 */
export function sectorOf({
  redirectUris,
  sectorIdentifierUri,
}: Omit<SubjectRule, 'subjectType'>): string | null {
  if (sectorIdentifierUri !== null) return URL.parse(sectorIdentifierUri)?.host || null
  const [host = null, ...others] = new Set(redirectUris.map((uri) => URL.parse(uri)?.host || null))
  return others.length === 0 ? host : null
}

/**
 * What a client may know a user by. A public subject is the user's id. A pairwise one follows from sector, user and salt, so
 * that nothing is stored for it, and clients of two sectors cannot find out that they speak of one person.
 * @param salt of this provider
 * @throws {TypeError} the subject is pairwise, and the client has no sector: registration refuses such a client
 */
export async function subjectOf(userId: string, rule: SubjectRule, salt: string): Promise<string> {
  if (rule.subjectType === 'public') return userId
  const sector = sectorOf(rule)
  if (sector === null) throw new TypeError('A client with pairwise subjects has a sector.')
  return sha256Base64url(JSON.stringify([sector, userId, salt]))
}

/**
 * Checks the document behind a sector identifier (OpenID Connect Dynamic Client Registration 5): it must be a JSON array that
 * lists every redirect URI of the client.
 * @returns what is wrong with it; null where nothing is
 */
export function sectorDocumentProblem(document: unknown, redirectUris: readonly string[]): string | null {
  if (!Array.isArray(document)) return 'The document of the sector identifier is not a list.'
  const missing = redirectUris.some((uri) => !document.includes(uri))
  return missing ? 'The document of the sector identifier lacks a redirect URI of this client.' : null
}
