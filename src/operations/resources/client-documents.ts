import type { Column, Resource } from '../resource.ts'

const ADDRESS: Column = { name: 'client_id', label: 'Address', kind: 'code' }
const STATE: Column = { name: 'state', label: 'State', kind: 'state' }
const FETCHED: Column = { name: 'fetched_at', label: 'Fetched', kind: 'time' }
const PROBLEM: Column = { name: 'problem', label: 'Last problem', kind: 'word' }

/** Documents that describe clients that nobody registered. */
export const clientDocuments: Resource = {
  kind: 'client-documents',
  title: 'Client documents',
  singular: 'client document',
  intro:
    'Documents at addresses that are client ids. The last valid copy defines the client, and stays in use while newer ones fail.',
  id: 'client_id',
  name: 'client_id',
  columns: [
    { ...ADDRESS, link: { kind: 'client-documents', id: 'client_id' } },
    { name: 'name', label: 'Client', link: { kind: 'clients', id: 'client_id' } },
    STATE,
    FETCHED,
    PROBLEM,
  ],
  facts: [
    ADDRESS,
    { name: 'name', label: 'Client', link: { kind: 'clients', id: 'client_id' } },
    STATE,
    FETCHED,
    { name: 'expires_at', label: 'Fresh until', kind: 'time' },
    { name: 'tried_at', label: 'Last tried', kind: 'time' },
    PROBLEM,
    { name: 'notes', label: 'Ignored', kind: 'sentences' },
    { name: 'changed_at', label: 'Consents before this are no longer valid', kind: 'time' },
    { name: 'created_at', label: 'First seen', kind: 'time' },
    { name: 'document', label: 'Last valid copy', kind: 'code' },
  ],
  filters: [{ name: 'id', label: 'Address begins with' }],
  actions: [],
}
