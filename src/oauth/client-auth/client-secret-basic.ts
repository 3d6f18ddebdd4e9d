import type { ClientAuthMethod } from '../../concepts.ts'
import { sha256Base64url } from '../../crypto/bytes.ts'
import { invalidClient } from '../../refusals.ts'
import { decodeFormComponent } from '../params.ts'

/**
 * HTTP Basic with the client's id and secret, each form-urlencoded (RFC 6749 2.3.1, RFC 7617). Any other use of the
 * Authorization header is a failed authentication.
 */
export const clientSecretBasic: ClientAuthMethod = {
  async identify({ headers }) {
    const authorization = headers.get('Authorization')
    if (authorization === null) return null
    const { clientId, secret } = readBasicCredentials(authorization)
    return { method: 'secret', clientId, secretHash: await sha256Base64url(secret) }
  },
}

/**
 * The client's id and secret of an Authorization header.
 * @throws {OAuthError} invalid_client: it is not Basic, or cannot be read
 */
export function readBasicCredentials(authorization: string): {
  readonly clientId: string
  readonly secret: string
} {
  const [, encoded] = /^basic +([\w+/-]+={0,2}) *$/i.exec(authorization) ?? []
  if (encoded === undefined) throw invalidClient('The Authorization header is not Basic.')
  const credentials = decodeBasic(encoded)
  const colon = credentials?.indexOf(':') ?? -1
  if (credentials === null || colon < 1) throw invalidClient('The Basic credentials cannot be read.')
  const [clientId, secret] = [credentials.slice(0, colon), credentials.slice(colon + 1)].map(decodeComponent)
  if (!clientId || secret === undefined) throw invalidClient('The Basic credentials cannot be read.')
  return { clientId, secret }
}

function decodeBasic(encoded: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

function decodeComponent(text: string): string {
  try {
    return decodeFormComponent(text)
  } catch {
    throw invalidClient('The Basic credentials are not form-urlencoded.')
  }
}
