import type { Provider } from '../../concepts.ts'
import type { RecordKind } from '../../store/browse.ts'
import type { Resource } from '../resource.ts'
import { clientDocuments } from './client-documents.ts'
import { clients } from './clients.ts'
import { auditEvents, refusals } from './records.ts'
import { scopes } from './scopes.ts'
import { accessTokens, authorizedClients, grants, refreshTokens, sessions } from './tokens.ts'
import { users } from './users.ts'
import { withoutPasswords } from './without-passwords.ts'

/** All lists for operators, in the order of the navigation. */
export const resources: Readonly<Record<RecordKind, Resource>> = {
  clients,
  'client-documents': clientDocuments,
  users,
  scopes,
  'authorized-clients': authorizedClients,
  grants,
  'access-tokens': accessTokens,
  'refresh-tokens': refreshTokens,
  sessions,
  refusals,
  'audit-events': auditEvents,
}

/** Returns all lists for the operators of a provider, including those of its features. */
export function resourcesOf({ adminResources, settings }: Listed): readonly Resource[] {
  const own = settings.passwords ? resources : { ...resources, ...withoutPasswords }
  return [...Object.values(own), ...adminResources]
}

/** What determines which lists exist. */
type Listed = Pick<Provider, 'adminResources'> & {
  readonly settings: Pick<Provider['settings'], 'passwords'>
}

/** Finds the list that a URL names. */
export function findResource(kind: string | undefined, provider: Listed): Resource | undefined {
  return resourcesOf(provider).find((resource) => resource.kind === kind)
}
