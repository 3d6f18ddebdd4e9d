import type { KnownResource, Provider } from '../concepts.ts'
import { takenScopes } from '../oauth/resource-scopes.ts'
import { invalidScope } from '../refusals.ts'
import { ADMIN_SCOPE, coversScope, fixedScopes, isScopeToken, MAX_SCOPES } from '../scope.ts'
import type { Client, ScopeDescription } from '../store/records.ts'
import { existingDefaultScope, narrowScope } from '../tokens/granted-scope.ts'

/**
 * Returns the scope that a device requests (RFC 6749 3.3): each name exists, its client may have it, a person can be asked
 * to allow all of them, and the resources accept it (RFC 8707 2). The scope `admin` requires a browser in which the person
 * has just signed in.
 * @param asked names separated by spaces; empty for the default
 * @throws {OAuthError} invalid_scope
 */
export function deviceScope(
  asked: string,
  to: {
    readonly client: Client
    readonly scopes: readonly ScopeDescription[]
    readonly userId: string | null
    readonly resources: readonly KnownResource[]
  },
  provider: Provider,
): string {
  const { client, resources, scopes, userId } = to
  const taken = resources.length === 0 ? null : takenScopes(resources, provider)
  const known = new Set([...fixedScopes(provider), ...scopes.map(({ name }) => name)])
  const scope = asked === '' ? existingDefaultScope(client, known, provider, resources) : asked
  const names = scope.split(' ')
  const wrong =
    names.length > MAX_SCOPES ||
    names.some((name) => !isScopeToken(name) || !known.has(name) || name === ADMIN_SCOPE) ||
    (taken !== null && names.some((name) => !taken.includes(name)))
  if (wrong || (client.scope !== null && !coversScope(client.scope, scope))) throw invalidScope()
  return narrowScope(scope, client, userId, provider)
}
