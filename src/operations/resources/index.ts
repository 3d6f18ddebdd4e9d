import type { RecordKind } from '../../store/browse.ts'
import type { Resource } from '../resource.ts'
import { clients } from './clients.ts'
import { auditEvents, refusals } from './records.ts'
import { scopes } from './scopes.ts'
import { accessTokens, authorizedClients, grants, refreshTokens, sessions } from './tokens.ts'
import { users } from './users.ts'

/** Everything that operators see, in the order of the navigation. */
export const resources: Readonly<Record<RecordKind, Resource>> = {
  clients,
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
