import { readMember } from '../clients/member.ts'
import type { Provider } from '../concepts.ts'
import type { ClientRecord } from '../store/admin-store.ts'
import { mintRegistrationToken } from '../tokens/opaque.ts'
import { responseTypesOf } from './grants.ts'
import { REGISTERED_SCOPE } from './metadata.ts'

/**
 * Returns what a client is told about its registration (RFC 7591 3.2.1, RFC 7592 3).
 * @param tokenId the id of its
 * registration access token
 * @param secret if it is new; it is never returned again
 */
export async function registrationAnswer(
  client: ClientRecord,
  tokenId: string,
  secret: string | null,
  provider: Provider,
): Promise<Readonly<Record<string, unknown>>> {
  const { keys, origin, paths } = provider
  return {
    client_id: client.clientId,
    client_id_issued_at: client.createdAt,
    ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: await mintRegistrationToken(tokenId, keys),
    registration_client_uri: `${origin}${paths.oauth2}/register/${encodeURIComponent(client.clientId)}`,
    ...membersOf(client, provider),
    response_types: responseTypesOf(client.grantTypes, provider),
  }
}

/** Returns every member with a value that a client can set, by registered name. */
function membersOf(client: ClientRecord, { clientMetadata }: Provider): Readonly<Record<string, unknown>> {
  const columns: Readonly<Record<string, unknown>> = {
    client_name: client.name,
    client_uri: client.url,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    scope: client.scope ?? client.metadata[REGISTERED_SCOPE] ?? null,
  }
  const members = clientMetadata
    .filter(({ name, setBy }) => setBy.includes('registration') && name !== 'type')
    .map((member): [string, unknown] => [
      member.name,
      Object.hasOwn(columns, member.name) ? columns[member.name] : readMember(client, member),
    ])
  return Object.fromEntries(members.filter(([, value]) => value !== null))
}

/** Returns whether a client has a secret; public clients and those that sign have none. */
export function usesSecret(client: { readonly metadata: ClientRecord['metadata'] }): boolean {
  const method = client.metadata['token_endpoint_auth_method']
  return method === 'client_secret_basic' || method === 'client_secret_post'
}
