import { usernameKey } from '../../identity/usernames.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { type Action, type Column, type Filter, type Resource, valueOf } from '../resource.ts'

const USER: Column = { name: 'user', label: 'User', link: { kind: 'users', id: 'user_id' } }
const CLIENT: Column = { name: 'client_name', label: 'Client', link: { kind: 'clients', id: 'client_id' } }
const CLIENT_ID: Column = { name: 'client_id', label: 'Client id', kind: 'code' }
const SCOPE: Column = { name: 'scope', label: 'Scope' }
const STATE: Column = { name: 'state', label: 'State', kind: 'state' }
const at = (name: string, label: string): Column => ({ name, label, kind: 'time' })
const ago = (name: string, label: string): Column => ({ name, label, kind: 'ago' })
/** A column that links to the record itself. */
const self = (kind: Resource['kind'], column: Column): Column => ({ ...column, link: { kind, id: 'id' } })

const FILTERS: readonly Filter[] = [
  { name: 'user', label: 'User', normalise: usernameKey },
  { name: 'client', label: 'Client id' },
]
const VALID: Filter = { name: 'state', label: 'State', choices: [['valid', 'Valid']] }
const VALID_OR_REVOKED: Filter = {
  ...VALID,
  choices: [
    ['valid', 'Valid'],
    ['revoked', 'Revoked'],
  ],
}

const isValid = (record: AdminRecord): boolean => record['state'] === 'valid'

const revoke = (question: string): Action => ({
  name: 'revoke',
  label: 'Revoke',
  question,
  danger: true,
  bulk: true,
  appliesTo: isValid,
  async run(record, _input, { mark, store }) {
    const id = valueOf(record, 'id')
    const revoked = await store.revokeTokens({ id }, mark())
    return { id, text: revoked === 1 ? '1 token is revoked.' : `${revoked} tokens are revoked.` }
  },
})

/** Consents of users to clients. */
export const authorizedClients: Resource = {
  kind: 'authorized-clients',
  title: 'Authorized clients',
  singular: 'consent',
  intro: 'What users have allowed applications.',
  id: 'id',
  name: 'id',
  about: ['user', 'client_name'],
  columns: [USER, CLIENT, SCOPE, self('authorized-clients', ago('authorized_at', 'Since')), STATE],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    USER,
    CLIENT,
    CLIENT_ID,
    SCOPE,
    at('authorized_at', 'Since'),
    at('updated_at', 'Extended'),
    at('revoked_at', 'Withdrawn'),
    STATE,
  ],
  filters: FILTERS,
  actions: [
    {
      name: 'withdraw',
      label: 'Withdraw',
      question:
        'The consent ends, with every grant and token that belongs to it. The application has to ask again.',
      danger: true,
      bulk: true,
      appliesTo: isValid,
      async run(record, _input, { mark, store }) {
        const id = valueOf(record, 'id')
        return (await store.withdrawConsent(id, mark())) ? { id, text: 'The consent is withdrawn.' } : null
      },
    },
  ],
}

/** Authorizations that users have given, to which tokens belong. */
export const grants: Resource = {
  kind: 'grants',
  title: 'Grants',
  singular: 'grant',
  intro: 'Authorizations that users have given to clients; tokens belong to them.',
  id: 'id',
  name: 'id',
  about: ['user', 'client_name'],
  columns: [
    USER,
    CLIENT,
    { name: 'grant_type', label: 'Grant type' },
    SCOPE,
    self('grants', ago('created_at', 'Created')),
    STATE,
  ],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    USER,
    CLIENT,
    CLIENT_ID,
    { name: 'grant_type', label: 'Grant type' },
    SCOPE,
    at('auth_time', 'Password entered'),
    at('created_at', 'Created'),
    at('refreshed_at', 'Refreshed'),
    at('expires_at', 'Expires'),
    at('revoked_at', 'Revoked'),
    { name: 'revoke_reason', label: 'Why' },
    STATE,
  ],
  filters: [...FILTERS, VALID_OR_REVOKED],
  actions: [revoke('The grant ends, with its refresh token and every access token that belongs to it.')],
}

function tokenColumns(kind: Resource['kind']): readonly Column[] {
  return [USER, CLIENT, SCOPE, self(kind, ago('created_at', 'Issued')), ago('expires_at', 'Expires'), STATE]
}

/** Access tokens, which are never shown themselves. */
export const accessTokens: Resource = {
  kind: 'access-tokens',
  title: 'Access tokens',
  singular: 'access token',
  intro: 'With these, applications call APIs. The tokens themselves are not stored.',
  id: 'id',
  name: 'id',
  about: ['user', 'client_name'],
  columns: tokenColumns('access-tokens'),
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    CLIENT,
    CLIENT_ID,
    USER,
    { name: 'grant_id', label: 'Grant', link: { kind: 'grants', id: 'grant_id' } },
    SCOPE,
    at('created_at', 'Issued'),
    at('expires_at', 'Expires'),
    at('revoked_at', 'Revoked'),
    STATE,
  ],
  filters: [...FILTERS, VALID],
  actions: [revoke('The token ends at once. A refresh token of the same grant can still get another one.')],
}

/** Refresh tokens, which are never shown themselves. */
export const refreshTokens: Resource = {
  kind: 'refresh-tokens',
  title: 'Refresh tokens',
  singular: 'refresh token',
  intro: 'With these, applications get new access tokens. The tokens themselves are not stored.',
  id: 'id',
  name: 'id',
  about: ['user', 'client_name'],
  columns: tokenColumns('refresh-tokens'),
  facts: [
    { name: 'id', label: 'Id (that of its grant)', kind: 'code' },
    CLIENT,
    CLIENT_ID,
    USER,
    SCOPE,
    at('created_at', 'Issued'),
    at('refreshed_at', 'Last used'),
    at('expires_at', 'Expires'),
    at('revoked_at', 'Revoked'),
    STATE,
  ],
  filters: [...FILTERS, VALID_OR_REVOKED],
  actions: [revoke('The token ends, with its grant and every access token that belongs to it.')],
}

/** Sign-ins. */
export const sessions: Resource = {
  kind: 'sessions',
  title: 'Sessions',
  singular: 'session',
  intro: 'Browsers that are signed in.',
  id: 'id',
  name: 'id',
  about: ['user', 'user_agent'],
  columns: [
    USER,
    { name: 'user_agent', label: 'Browser', kind: 'browser' },
    { name: 'network', label: 'Network' },
    self('sessions', ago('last_seen_at', 'Last seen')),
    STATE,
  ],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    USER,
    { name: 'user_agent', label: 'Browser', kind: 'browser' },
    { name: 'network', label: 'Network' },
    at('auth_time', 'Password entered'),
    at('last_seen_at', 'Last seen'),
    at('expires_at', 'Expires'),
    STATE,
  ],
  filters: [{ name: 'user', label: 'User', normalise: usernameKey }, VALID],
  actions: [
    {
      name: 'end',
      label: 'Sign out',
      question: 'The browser is signed out. Applications keep their access.',
      danger: true,
      bulk: true,
      appliesTo: isValid,
      async run(record, _input, { mark, store }) {
        const id = valueOf(record, 'id')
        return (await store.endSession(id, mark())) ? { id, text: 'The browser is signed out.' } : null
      },
    },
  ],
}
