import type { Provider, ProviderEvent, RefusedRequest } from '../concepts.ts'
import { shown } from '../refusals.ts'
import { ADMIN_SCOPE, fixedScopes, requestedScope } from '../scope.ts'
import type { Client } from '../store/records.ts'
import type { UpkeepStore } from '../store/upkeep-store.ts'

type Reader = Pick<UpkeepStore, 'readClient' | 'findScopes'>

/** Errors and reasons that only the client's own record explains. */
const ASKED = ['invalid_client', 'invalid_scope', 'unknown_client']
/** The most names of one kind that a note lists. */
const MAX_NAMES = 3

/**
 * Finds out for staff why a request was refused, if the client is told less. It reads the client, after the answer. The
 * explanation never contains a secret, code, token or state.
 */
export async function explainRefusal(
  event: Extract<ProviderEvent, RefusedRequest>,
  store: Reader,
  provider: Provider,
): Promise<string> {
  const isAsked = ASKED.some((word) => word === event.error || word === event.reason)
  if (!isAsked || event.reason === 'client_document') return event.detail
  const client = event.clientId === null ? null : await store.readClient(event.clientId)
  if (!client) return event.clientId === null ? event.detail : `There is no client ${shown(event.clientId)}.`
  if (client.disabled) return 'The client is disabled.'
  if (event.error !== 'invalid_scope') return PROOF[event.reason]?.(client) ?? event.detail
  const asked = requestedScope(event.scope)?.split(' ') ?? []
  const known = new Set([...fixedScopes(provider), ...(await store.findScopes(asked))])
  return whyScope(asked, client, known)
}

const isPublic = ({ type }: Client): boolean => type === 'public'
const PUBLIC = 'The client is public. Public clients may neither do this nor send a secret.'

/** Explanations for a client that exists, by the reason for its refusal. */
const PROOF: Readonly<Record<string, (client: Client) => string>> = {
  wrong_secret: (client) =>
    isPublic(client) ? PUBLIC : 'The client exists, but its secret is wrong or has expired.',
  missing_secret: (client) => (isPublic(client) ? PUBLIC : 'The client exists, but it sent no secret.'),
  wrong_proof: () => 'The client exists, but its proof of identity is invalid.',
}

function whyScope(names: readonly string[], client: Client, known: ReadonlySet<string>): string {
  const own = client.scope?.split(' ')
  if (names.length === 0) return 'The request names no scope, and the client may have none by default.'
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) return `There is no scope ${listed(unknown)}.`
  const others = names.filter((name) => !(own?.includes(name) ?? name !== ADMIN_SCOPE))
  if (others.length > 0) return `The client's own list does not include the scope ${listed(others)}.`
  if (names.includes(ADMIN_SCOPE)) {
    return `Only a member of staff who has just signed in can grant the scope ${ADMIN_SCOPE}, with an authorization code.`
  }
  return `The scope ${listed(names)} exceeds what this grant, or the embedding Worker, allows.`
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
  return `${names
    .slice(0, MAX_NAMES)
    .map((name) => shown(name))
    .join(', ')}${more}`
}
