import { usernameKey } from '../../identity/usernames.ts'
import { AUDIT_TYPES } from '../../store/audit-types.ts'
import type { Column, Resource } from '../resource.ts'

const CLIENT: Column = { name: 'client_id', label: 'Client', link: { kind: 'clients', id: 'client_id' } }
const AT: Column = { name: 'at', label: 'When', kind: 'time' }

/** A name of the storage in words, such as `Password refused`. */
function wordsOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`
}

/** Who did what. */
export const auditEvents: Resource = {
  kind: 'audit-events',
  title: 'Audit',
  singular: 'event',
  intro: 'Who did what to which record, when, from where. Written together with what it tells of.',
  id: 'id',
  name: 'id',
  columns: [
    { ...AT, link: { kind: 'audit-events', id: 'id' } },
    { name: 'type', label: 'What' },
    { name: 'actor', label: 'By' },
    { name: 'user', label: 'User' },
    CLIENT,
    { name: 'network', label: 'Network' },
  ],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    AT,
    { name: 'type', label: 'What' },
    { name: 'actor', label: 'By' },
    { name: 'user', label: 'User' },
    CLIENT,
    { name: 'subject', label: 'Record or number' },
    { name: 'network', label: 'Network' },
  ],
  filters: [
    { name: 'type', label: 'What', choices: AUDIT_TYPES.map((type) => [type, wordsOf(type)]) },
    { name: 'user', label: 'To the user', normalise: usernameKey },
    { name: 'client', label: 'To the client' },
    { name: 'actor', label: 'By the operator', normalise: usernameKey },
  ],
  actions: [],
}

/** Requests that were refused, and the rules that refused them. */
export const refusals: Resource = {
  kind: 'refusals',
  title: 'Refused requests',
  singular: 'refused request',
  intro:
    'The last requests of each client that were refused, with the rule that refused them. Error pages show the id.',
  id: 'id',
  name: 'id',
  columns: [
    { ...AT, link: { kind: 'refusals', id: 'id' } },
    CLIENT,
    { name: 'endpoint', label: 'Endpoint' },
    { name: 'asked', label: 'Asked for' },
    { name: 'error', label: 'Error' },
    { name: 'rule', label: 'Rule', kind: 'sentence' },
  ],
  facts: [
    { name: 'id', label: 'Error number', kind: 'code' },
    AT,
    CLIENT,
    { name: 'endpoint', label: 'Endpoint' },
    { name: 'asked', label: 'Asked for' },
    { name: 'error', label: 'Error' },
    { name: 'rule', label: 'Rule', kind: 'sentence' },
  ],
  filters: [
    { name: 'id', label: 'Error number' },
    { name: 'client', label: 'Client id' },
  ],
  actions: [],
}
