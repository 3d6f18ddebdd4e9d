import type { Client, ClientProof, IssueCommit } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import type { Operations, Records } from './records.ts'

/** The client that a proof shows; null where it shows none, or one that is disabled. */
export function proveClient({ clients }: Records, proof: ClientProof, now: number): SeedClient | null {
  const client = clients.get(proof.clientId)
  return client && !client.disabled && proves(client, proof, now) ? client : null
}

function proves(client: SeedClient, proof: ClientProof, now: number): boolean {
  switch (proof.method) {
    case 'none':
      return client.type === 'public'
    case 'secret':
      return client.secrets.some(
        ({ expiresAt, hash }) => hash === proof.secretHash && (expiresAt === null || expiresAt > now),
      )
    case 'verified': {
      const registered = client.metadata['token_endpoint_auth_method'] ?? proof.authMethod
      return client.type === 'confidential' && registered === proof.authMethod
    }
    case 'redirect':
      return client.redirectUris.includes(proof.redirectUri)
  }
}

/** A client without what the protocol does not see. */
export function toClient(client: SeedClient): Client {
  const { accessTokenLifetime: _access, refreshTokenLifetime: _refresh, secrets: _secrets, ...seen } = client
  return seen
}

/** The names of a scope. */
export function namesOf(scope: string): readonly string[] {
  return scope.split(' ')
}

/** One scope has every name of another. */
export function covers(has: string, wanted: string): boolean {
  const names = namesOf(has)
  return namesOf(wanted).every((name) => names.includes(name))
}

/** Each scope that was asked for exists, and the client may have it. */
export function allowsScope({ scopes }: Records, client: SeedClient, rule: IssueCommit['scope']): boolean {
  const { known, requested } = rule
  if (requested === null) return true
  const exist = namesOf(requested).every((name) => known.includes(name) || scopes.get(name) !== null)
  return exist && (client.scope === null || covers(client.scope, requested))
}

/** What the client gets: what it asked for, else the default, else all that it may have. */
export function effectiveScope({ scope }: SeedClient, { fallback, requested }: IssueCommit['scope']): string {
  return requested ?? (scope === null || covers(scope, fallback) ? fallback : scope)
}

/** See `Store.readClient`. */
export const readClient: Operations['readClient'] = (records, proof, now) => {
  const client = proveClient(records, proof, now)
  return client && toClient(client)
}
