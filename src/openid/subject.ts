import { sha256Base64url } from '../crypto/bytes.ts'

/** The parts of a client that determine the subjects that it sees (OpenID Connect Core 8, Dynamic Client Registration 2). */
export interface SubjectRule {
  readonly clientId: string
  readonly subjectType: 'pairwise' | 'public'
  readonly sectorIdentifierUri: string | null
  readonly redirectUris: readonly string[]
}

/**
 * Returns the sector of a client: clients of one sector see the same pairwise subject (OpenID Connect Core 8.1).
 * @returns
 * its host; null if there is no sector identifier and the redirect URIs have several hosts, or none
 */
export function sectorOf({
  redirectUris,
  sectorIdentifierUri,
}: Pick<SubjectRule, 'redirectUris' | 'sectorIdentifierUri'>): string | null {
  if (sectorIdentifierUri !== null) return URL.parse(sectorIdentifierUri)?.host || null
  const [host = null, ...others] = new Set(redirectUris.map((uri) => URL.parse(uri)?.host || null))
  return others.length === 0 ? host : null
}

/**
 * Returns the identifier by which a client may know a user. A public subject is the user's id. A pairwise one is derived
 * from sector, user and salt, so that nothing is stored for it, and clients of two sectors cannot find out that they know
 * the same person. A client with an undetermined sector, such as one without redirect URIs, is its own sector.
 * @param salt of this provider
 */
export async function subjectOf(userId: string, rule: SubjectRule, salt: string): Promise<string> {
  if (rule.subjectType === 'public') return userId
  return sha256Base64url(JSON.stringify([sectorOf(rule) ?? [rule.clientId], userId, salt]))
}

/**
 * Checks the document behind a sector identifier (OpenID Connect Dynamic Client Registration 5): it must be a JSON array that
 * lists every redirect URI of the client.
 * @returns what is wrong with it; null if nothing is
 */
export function sectorDocumentProblem(document: unknown, redirectUris: readonly string[]): string | null {
  if (!Array.isArray(document)) return 'The document of the sector identifier is not a list.'
  const missing = redirectUris.some((uri) => !document.includes(uri))
  return missing ? 'The document of the sector identifier lacks a redirect URI of this client.' : null
}
