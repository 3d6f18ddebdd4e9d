import { usernameKey } from '../../identity/usernames.ts'
import { AUDIT_TYPES } from '../../store/audit-types.ts'
import type { Column, Resource } from '../resource.ts'

const CLIENT: Column = { name: 'client_name', label: 'Client', link: { kind: 'clients', id: 'client_id' } }
const CLIENT_ID: Column = { name: 'client_id', label: 'Client id', kind: 'code' }
const AT: Column = { name: 'at', label: 'When', kind: 'time' }
const WHAT: Column = { name: 'type', label: 'What', kind: 'event' }

/** Returns a kind of event in words, such as `Password refused`. */
export function wordsOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`
}

/** Who did what. */
export const auditEvents: Resource = {
  kind: 'audit-events',
  title: 'Audit',
  singular: 'event',
  intro: 'Who did what to which record, when and from where.',
  id: 'id',
  name: 'id',
  about: ['type', 'user'],
  columns: [
    { ...AT, kind: 'ago', link: { kind: 'audit-events', id: 'id' } },
    WHAT,
    { name: 'actor', label: 'By' },
    { name: 'user', label: 'User' },
    CLIENT,
    { name: 'network', label: 'Network' },
  ],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    AT,
    WHAT,
    { name: 'actor', label: 'By' },
    { name: 'user', label: 'User' },
    CLIENT,
    CLIENT_ID,
    { name: 'subject', label: 'Record or number' },
    { name: 'network', label: 'Network' },
  ],
  filters: [
    { name: 'type', label: 'What', choices: AUDIT_TYPES.map((type) => [type, wordsOf(type)]) },
    { name: 'user', label: 'About the user', normalise: usernameKey },
    { name: 'client', label: 'About the client' },
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
    'The last requests of each client that were refused, with the rule that refused them. Error pages show the reference.',
  id: 'id',
  name: 'id',
  about: ['error', 'client_name'],
  columns: [
    { ...AT, kind: 'ago', link: { kind: 'refusals', id: 'id' } },
    CLIENT,
    { name: 'endpoint', label: 'Endpoint' },
    { name: 'asked', label: 'Requested' },
    { name: 'error', label: 'Error' },
    { name: 'rule', label: 'Rule', kind: 'sentence' },
  ],
  facts: [
    { name: 'id', label: 'Reference', kind: 'code' },
    AT,
    CLIENT,
    CLIENT_ID,
    { name: 'endpoint', label: 'Endpoint' },
    { name: 'asked', label: 'Requested' },
    { name: 'error', label: 'Error' },
    { name: 'rule', label: 'Rule', kind: 'sentence' },
  ],
  filters: [
    { name: 'id', label: 'Reference' },
    { name: 'client', label: 'Client id' },
  ],
  actions: [],
}
