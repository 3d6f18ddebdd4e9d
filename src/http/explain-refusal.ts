import type { Provider, ProviderEvent, RefusedRequest } from '../concepts.ts'
import { shown } from '../refusals.ts'
import { ADMIN_SCOPE, fixedScopes, requestedScope } from '../scope.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { AdminRecord } from '../store/browse.ts'

type Reader = Pick<AdminStore, 'readRecord' | 'listScopes'>

/** Errors and reasons that only the client's own record explains. */
const ASKED = ['invalid_client', 'invalid_scope', 'unknown_client']
/** Names of one kind that a note lists. */
const MAX_NAMES = 3

/**
 * Finds out for staff why a request was refused, where the client is told less than that: it reads the client, after the
 * answer. Never with a secret, code, token or state.
 */
export async function explainRefusal(
  event: Extract<ProviderEvent, RefusedRequest>,
  store: Reader,
  provider: Provider,
): Promise<string> {
  const isAsked = ASKED.some((word) => word === event.error || word === event.reason)
  if (!isAsked) return event.detail
  const { now } = provider.request
  const client = event.clientId === null ? null : await store.readRecord('clients', event.clientId, now)
  if (!client) return event.clientId === null ? event.detail : `There is no client ${shown(event.clientId)}.`
  if (client['disabled'] === true) return 'The client is disabled.'
  if (event.error !== 'invalid_scope') return PROOF[event.reason]?.(client) ?? event.detail
  const known = new Set([...fixedScopes(provider), ...(await store.listScopes()).map(({ name }) => name)])
  return whyScope(event.scope, client, known)
}

const isPublic = ({ type }: AdminRecord): boolean => type === 'public'
const PUBLIC = 'The client is public, and no public client may do this or send a secret.'

/** What is said of a client that exists, by the reason of its refusal. */
const PROOF: Readonly<Record<string, (client: AdminRecord) => string>> = {
  wrong_secret: (client) =>
    isPublic(client) ? PUBLIC : 'The client exists, but its secret is wrong or has expired.',
  missing_secret: (client) =>
    isPublic(client) ? PUBLIC : 'The client exists, but no secret of it was sent.',
  wrong_proof: () => 'The client exists, but what it proved itself by does not hold.',
}

function whyScope(scope: string | null, client: AdminRecord, known: ReadonlySet<string>): string {
  const names = requestedScope(scope)?.split(' ') ?? []
  const own = typeof client['scope'] === 'string' ? client['scope'].split(' ') : null
  if (names.length === 0) return 'The request names no scope, and no scope is left that the client may have.'
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) return `There is no scope ${listed(unknown)}.`
  const others = names.filter((name) => !(own?.includes(name) ?? name !== ADMIN_SCOPE))
  if (others.length > 0) return `The client's own list does not hold the scope ${listed(others)}.`
  if (names.includes(ADMIN_SCOPE)) {
    return `Only a member of staff who has just signed in gives the scope ${ADMIN_SCOPE}, by a code.`
  }
  return `The scope ${listed(names)} is more than this grant, or the embedding Worker, allows.`
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
  return `${names
    .slice(0, MAX_NAMES)
    .map((name) => shown(name))
    .join(', ')}${more}`
}
