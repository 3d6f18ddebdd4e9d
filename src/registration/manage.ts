import type { EndpointAnswer, EndpointRequest, Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { OAuthError } from '../errors.ts'
import type { AdminStore, ClientRecord } from '../store/admin-store.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { openRegistrationToken } from '../tokens/opaque.ts'
import { registrationAnswer, usesSecret } from './answer.ts'
import { readMetadata } from './metadata.ts'
import { invalidMetadata, invalidToken } from './refusals.ts'

/** A client that has presented its registration access token. */
interface Shown {
  readonly client: ClientRecord
  readonly tokenId: string
}

/**
 * Reads a registration (RFC 7592 2.1).
 * @throws {OAuthError} invalid_token: not the token of this client, or the client is gone or disabled
 */
export async function readRegistration(
  request: EndpointRequest,
  store: RegistrationStore,
  provider: Provider,
): Promise<EndpointAnswer> {
  const { client, tokenId } = await show(request, store, provider)
  return { body: await registrationAnswer(client, tokenId, null, provider) }
}

/**
 * Replaces the metadata of a client (RFC 7592 2.2). Its id, its secret and its token stay.
 * @throws {OAuthError} invalid_token; invalid_redirect_uri, invalid_client_metadata
 */
export async function updateRegistration(
  request: EndpointRequest,
  store: RegistrationStore,
  provider: Provider,
): Promise<EndpointAnswer> {
  const { client, tokenId } = await show(request, store, provider)
  await checkIdentity(client, request.json, provider)
  // A change does not remove what an operator or an initial access token allowed.
  const isTrusted = client.grantTypes.includes('client_credentials')
  const metadata = await readMetadata(request.json, { store, isTrusted, before: client }, provider)
  if (metadata.type !== client.type || usesSecret(metadata) !== usesSecret(client)) {
    throw invalidMetadata('A client cannot change whether it has a secret. Register a new one.')
  }
  const { mark, operations } = operatorOf(client, provider)
  const updated = await operations.updateClient(
    client.clientId,
    { ...metadata, disabled: false },
    client.updatedAt,
    mark,
  )
  if (updated === null) throw invalidToken()
  if (updated === 'stale') {
    throw new OAuthError('temporarily_unavailable', 'The client was changed at the same time. Try again.')
  }
  return { body: await registrationAnswer(updated, tokenId, null, provider) }
}

/**
 * Deletes a client with its consents and tokens (RFC 7592 2.3).
 * @throws {OAuthError} invalid_token
 */
export async function deleteRegistration(
  request: EndpointRequest,
  store: RegistrationStore,
  provider: Provider,
): Promise<EndpointAnswer> {
  const { client } = await show(request, store, provider)
  const { mark, operations } = operatorOf(client, provider)
  await operations.deleteClient(client.clientId, mark)
  return { body: null, status: 204 }
}

async function show(
  { bearer, path }: EndpointRequest,
  store: RegistrationStore,
  { keys }: Provider,
): Promise<Shown> {
  const tokenId = await openRegistrationToken(bearer, keys)
  const client = tokenId === null ? null : await store.readRegistration(path['client_id'] ?? '', tokenId)
  if (tokenId === null || client === null) throw invalidToken()
  return { client, tokenId }
}

/** RFC 7592 2.2: a change names its client, and a secret only if it is the client's. */
async function checkIdentity({ clientId }: ClientRecord, json: unknown, provider: Provider): Promise<void> {
  const named: unknown = Object(json)
  if (!hasIdentity(named) || named.client_id !== clientId) {
    throw invalidMetadata('client_id does not match the client.')
  }
  const { client_secret: secret } = named
  if (secret === undefined) return
  const secretHash = await sha256Base64url(typeof secret === 'string' ? secret : '')
  const proof = { method: 'secret', clientId, secretHash } as const
  if (!(await provider.store.readClient(proof, provider.request.now))) {
    throw invalidMetadata('client_secret does not match the client.')
  }
}

function hasIdentity(
  value: unknown,
): value is { readonly client_id: unknown; readonly client_secret?: unknown } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'client_id')
}

function operatorOf(
  { clientId }: ClientRecord,
  { adminStore, request }: Provider,
): { readonly operations: AdminStore; readonly mark: Parameters<AdminStore['deleteClient']>[1] } {
  if (!adminStore) throw new OAuthError('server_error', 'The storage cannot change clients.')
  return { operations: adminStore, mark: { ...request, actor: `client ${clientId}` } }
}
