import { sectorDocumentProblem } from '../openid/subject.ts'
import { FetchError, fetchDocument } from '../outbound/fetch-json.ts'
import { invalidMetadata } from './refusals.ts'

/**
 * Fetches the document of a sector and checks that it lists the client's redirect URIs (OpenID Connect Dynamic Client
 * Registration 5). Its content is not revealed, as only this provider may be able to reach the address.
 * @throws {OAuthError} invalid_client_metadata
 */
export async function checkSector(
  url: string,
  redirectUris: readonly string[],
  allowLoopback: boolean,
): Promise<void> {
  const problem = sectorDocumentProblem(await readSector(url, allowLoopback), redirectUris)
  if (problem !== null) throw invalidMetadata(problem)
}

async function readSector(url: string, allowLoopback: boolean): Promise<unknown> {
  try {
    const { text } = await fetchDocument(url, { allowLoopback, maxBytes: 64 * 1024, timeout: 3, types: [] })
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof FetchError) && !(error instanceof SyntaxError)) throw error
    throw invalidMetadata('The document of sector_identifier_uri cannot be read.')
  }
}
