import type { Client, ClientProof, IssueCommit, SpentOnce } from 'edge-oauth2-provider'
import type { SeedClient } from 'edge-oauth2-provider/testing'
import type { Operations, Records } from './records.ts'

/**
 * The client that a proof shows; null where it shows none, or one that is disabled. What the proof shows only once is spent by
 * the first request.
 */
export function proveClient({ clients, spent }: Records, proof: ClientProof, now: number): SeedClient | null {
  if (proof.method === 'verified' && proof.spend && !spend(spent, proof.spend)) return null
  const client = clients.get(proof.clientId)
  return client && !client.disabled && proves(client, proof, now) ? client : null
}

export function spend(spent: Records['spent'], { expiresAt, jtiHash, requestId }: SpentOnce): boolean {
  const before = spent.get(jtiHash)
  if (!before) spent.put(jtiHash, { by: requestId, expiresAt })
  return before === null || before.by === requestId
}

function proves(client: SeedClient, proof: ClientProof, now: number): boolean {
  const registered = client.metadata['token_endpoint_auth_method']
  switch (proof.method) {
    case 'none':
      return client.type === 'public' && (registered ?? 'none') === 'none'
    case 'secret':
      return (
        ['client_secret_basic', 'client_secret_post', 'none', undefined].some(
          (name) => name === registered,
        ) &&
        client.secrets.some(
          ({ expiresAt, hash }) => hash === proof.secretHash && (expiresAt === null || expiresAt > now),
        )
      )
    case 'verified':
      return client.type === 'confidential' && (registered ?? proof.authMethod) === proof.authMethod
    case 'redirect':
      return client.redirectUris.includes(proof.redirectUri)
  }
}

/** A client without what the protocol does not see. */
export function toClient(client: SeedClient): Client {
  const { accessTokenLifetime: _access, refreshTokenLifetime: _refresh, ...rest } = client
  const { refreshReuseInterval: _interval, secrets: _secrets, ...seen } = rest
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

/** Those names of a scope that exist and that the client may have; null where none is left. */
export function cutScope(
  { scopes }: Records,
  client: SeedClient,
  { known, within = null }: IssueCommit['scope'],
  scope: string,
): string | null {
  const own = client.scope === null ? null : namesOf(client.scope)
  const left = namesOf(scope).filter(
    (name) =>
      (known.includes(name) || scopes.get(name) !== null) &&
      (within === null || within.includes(name)) &&
      (own === null ? name !== 'admin' : own.includes(name)),
  )
  return left.length > 0 ? left.join(' ') : null
}

/** The scope of the admin API is given to nobody who does not ask for it by name. */
function withoutAdmin(scope: string): string {
  return namesOf(scope)
    .filter((name) => name !== 'admin')
    .join(' ')
}

/** What the client gets of what it asked for, the default, or else all that it may have; null where it is refused. */
export function givenScope(
  records: Records,
  client: SeedClient,
  { claim, scope: rule }: IssueCommit,
): string | null {
  const { fallback, requested } = rule
  const usual =
    client.scope === null || covers(client.scope, fallback) ? fallback : withoutAdmin(client.scope)
  const left = cutScope(records, client, rule, requested ?? usual)
  // Only what a code carries may become less.
  return requested === null || claim || left === requested ? left : null
}

/** See `Store.readClient`. */
export const readClient: Operations['readClient'] = (records, proof, now) => {
  const client = proveClient(records, proof, now)
  return client && toClient(client)
}
