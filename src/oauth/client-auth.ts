import type { ClientAuthMethod, EndpointRequest, Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import { invalidClient } from '../refusals.ts'
import type { ClientProof } from '../store/records.ts'
import { decodeFormComponent } from './params.ts'

/**
 * Finds out which client sends a request, by exactly one method.
 * @returns what it presented, not yet verified
 * @throws {OAuthError} invalid_request: more than one method (RFC 6749 2.3); invalid_client: none, or one used wrongly
 */
export async function identifyClient(request: EndpointRequest, provider: Provider): Promise<ClientProof> {
  const methods = authMethodsOf(provider)
  const proofs = await Promise.all(methods.map(async ([, method]) => method.identify(request, provider)))
  const [proof, ...others] = proofs.filter((found) => found !== null)
  // A secret beside the header or an assertion is a second method, though it names no client.
  const secretBeside =
    (request.headers.has('Authorization') || request.params.get('client_assertion') !== undefined) &&
    request.params.get('client_secret') !== undefined
  if (others.length > 0 || secretBeside) {
    throw new OAuthError('invalid_request', 'The client must use only one authentication method.', {
      reason: 'several_client_authentications',
    })
  }
  if (!proof) throw invalidClient('The request names no client, or uses an unsupported method.')
  const named = request.params.get('client_id')
  if (named !== undefined && named !== proof.clientId) {
    throw new OAuthError(
      'invalid_request',
      'The client_id differs from the one in the Authorization header.',
      {
        reason: 'client_id_mismatch',
      },
    )
  }
  await prepareClient(proof.clientId, provider, 'beside')
  return proof
}

/** Returns the methods by which clients may authenticate here, by name: those that work, and that the settings allow. */
export function authMethodsOf(
  provider: Provider,
): readonly (readonly [name: string, method: ClientAuthMethod])[] {
  const { allowedAuthMethods: allowed } = provider.settings
  return Object.entries(provider.clientAuthMethods).filter(
    ([name, method]) => (allowed?.includes(name) ?? true) && (method.works?.(provider) ?? true),
  )
}

/**
 * Lets the sources of clients make sure that the storage knows a client; see `ClientSource`.
 * @throws {OAuthError} invalid_client
 */
export async function prepareClient(
  clientId: string,
  provider: Provider,
  when: 'before' | 'beside',
): Promise<void> {
  for (const source of provider.clientSources) {
    if (source.clientIds.test(clientId)) await source.prepare(clientId, provider, when)
  }
}

/**
 * HTTP Basic with the client's id and secret, each form-urlencoded (RFC 6749 2.3.1, RFC 7617). Any other use of the
 * Authorization header is a failed authentication.
 */
const clientSecretBasic: ClientAuthMethod = {
  async identify({ headers }) {
    const authorization = headers.get('Authorization')
    if (authorization === null) return null
    const { clientId, secret } = readBasicCredentials(authorization)
    return { method: 'secret', clientId, secretHash: await sha256Base64url(secret) }
  },
}

/** The client's id and secret as parameters of the body (RFC 6749 2.3.1). */
const clientSecretPost: ClientAuthMethod = {
  async identify({ params }) {
    const clientId = params.get('client_id')
    const secret = params.get('client_secret')
    if (clientId === undefined || secret === undefined) return null
    return { method: 'secret', clientId, secretHash: await sha256Base64url(secret) }
  },
}

/** A public client, which has no secret and only names itself (RFC 6749 3.2.1, RFC 7591 2). */
const none: ClientAuthMethod = {
  async identify({ headers, params }) {
    const clientId = params.get('client_id')
    const others = headers.has('Authorization') || params.get('client_secret') !== undefined
    if (clientId === undefined || others || params.get('client_assertion') !== undefined) return null
    return { method: 'none', clientId }
  },
}

/** The methods of RFC 6749 2.3 under the names of RFC 7591 2. */
export const clientAuthMethods: Readonly<Record<string, ClientAuthMethod>> = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
  none,
}

/**
 * Reads the client's id and secret from an Authorization header.
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
