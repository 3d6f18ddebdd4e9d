import {
  checkChosenSecret,
  checkClientId,
  generateClientId,
  generateClientSecret,
} from '../../clients/credentials.ts'
import { grantTypesOff } from '../../clients/grant-types.ts'
import { CLIENT_KINDS, type ClientKind, type ClientKindName, isClientKind } from '../../clients/kinds.ts'
import { keyMembers } from '../../clients/members/keys.ts'
import { type ParseOptions, parseClientMetadata } from '../../clients/metadata.ts'
import { sha256Base64url } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import type { ClientMetadata, ClientRecord } from '../../store/admin-store.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { gather } from '../input.ts'
import {
  type Action,
  type Done,
  type Input,
  type Kind,
  type Operator,
  type Resource,
  textOf,
  valueOf,
} from '../resource.ts'
import { clientFacts, clientFields, KEEP_OLD, newClient } from './client-fields.ts'
import { unknownScopes } from './scopes.ts'

const METHOD = keyMembers.tokenEndpointAuthMethod
const DAY = 86_400
/** How often a change is retried after a concurrent one. */
const ATTEMPTS = 5

function parseOptions({ provider }: Operator): ParseOptions {
  return {
    httpHosts: provider.settings.allowHttpRedirects,
    grantTypesOff: grantTypesOff(provider.settings),
    members: provider.clientMetadata,
  }
}

async function create(input: Input, operator: Operator): Promise<Done> {
  const id = textOf(input, 'client_id')
  const given = textOf(input, 'client_secret')
  const { clientId, metadata, ownSecret } = gather({
    metadata: () => parseClientMetadata(input, parseOptions(operator)),
    clientId: () => (id === '' ? generateClientId() : checkClientId(id)),
    ownSecret: () => (given === '' ? null : readSecret(given, input)),
  })
  await checkScopes(metadata, input, operator)
  const needsSecret = metadata.type === 'confidential' && isSecretMethod(methodOf(metadata))
  const secret = needsSecret ? (ownSecret ?? generateClientSecret()) : null
  const secretHash = secret === null ? null : await sha256Base64url(secret)
  const made = await operator.store.createClient({ clientId, secretHash, metadata }, operator.mark())
  if (!made) throw new InvalidInputError('client_id', `There is a client ${clientId} already.`)
  return { id: clientId, text: `The client ${metadata.name} is created.`, ...(secret !== null && { secret }) }
}

/** A client with an unknown scope in its list would be refused whenever it requests that scope. */
async function checkScopes({ scope }: ClientMetadata, input: Input, operator: Operator): Promise<void> {
  const unknown = input['scope'] === undefined ? [] : await unknownScopes(scope, operator)
  if (unknown.length === 0) return
  throw new InvalidInputError(
    'scope',
    `There is no scope ${unknown.join(', ')}: OAUTH_SCOPES or the scope table must have it first.`,
  )
}

/** Reads the secret of a confidential client. */
function readSecret(secret: string, input: Input): string {
  if (input['type'] === 'public')
    throw new InvalidInputError('client_secret', 'A public client has no secret (RFC 6749 2.1).')
  const method = textOf(input, METHOD.name)
  if (isSecretMethod(method)) return checkChosenSecret(secret)
  throw new InvalidInputError('client_secret', `A client that authenticates with ${method} has no secret.`)
}

/** Returns how a client authenticates; empty if it may use any method that its type allows. */
function methodOf({ metadata }: ClientMetadata): string {
  return textOf(metadata, METHOD.name)
}

/** Returns whether a method uses a secret; only those of RFC 6749 2.3.1 do. */
function isSecretMethod(method: string): boolean {
  return method === '' || method === 'none' || method.startsWith('client_secret_')
}

/** Returns whether a client authenticates with a secret. */
export function usesSecret(record: AdminRecord): boolean {
  return record['type'] === 'confidential' && isSecretMethod(valueOf(record, METHOD.name))
}

async function update(record: AdminRecord, input: Input, operator: Operator): Promise<Done | null> {
  const updated = await change(record, input, operator)
  return updated && { id: updated.clientId, text: `The client ${updated.name} is changed.` }
}

/** Changes the current client. If the input names a version, it must be the current one. */
async function change(record: AdminRecord, input: Input, operator: Operator): Promise<ClientRecord | null> {
  const { mark, store } = operator
  const id = valueOf(record, 'client_id')
  const seen = input['updated_at']
  for (let attempt = 0; attempt < (seen === undefined ? ATTEMPTS : 1); attempt++) {
    const before = await store.readClient(id)
    if (!before) return null
    const metadata = parseClientMetadata(input, { ...parseOptions(operator), before })
    await checkScopes(metadata, input, operator)
    const disabled = typeof input['disabled'] === 'boolean' ? input['disabled'] : before.disabled
    const seenAt = Number(seen ?? before.updatedAt)
    const updated = await store.updateClient(id, { ...metadata, disabled }, seenAt, mark())
    if (updated !== 'stale') return updated
  }
  throw new InvalidInputError(
    'name',
    'Somebody else has just changed this client. Look at it, and try again.',
  )
}

/** Disables or enables a client. */
function setDisabled(disabled: boolean): Action['run'] {
  return async (record, _input, operator) => {
    const updated = await change(record, { disabled }, operator)
    const name = valueOf(record, 'name')
    const text = disabled ? `${name} is disabled.` : `${name} is enabled.`
    return updated && { id: updated.clientId, text }
  }
}

const rotate: Action['run'] = async (record, input, operator) => {
  const secret = generateClientSecret()
  const id = valueOf(record, 'client_id')
  const keep = Number(input['keep_old'] ?? 0)
  if (!Number.isInteger(keep) || keep < 0 || keep > 365 * DAY) {
    throw new InvalidInputError('keep_old', 'Seconds, at most a year.')
  }
  const rotated = await operator.store.rotateClientSecret(
    id,
    await sha256Base64url(secret),
    keep,
    operator.mark(),
  )
  if (rotated === 'public')
    throw new InvalidInputError('keep_old', `The client ${id} is public: it has no secret.`)
  if (!rotated) return null
  const more = { old_secret_expires_at: rotated.oldEndsAt }
  return { id, text: `${rotated.client.name} has a new secret.`, secret, more }
}

const remove: Action['run'] = async (record, _input, operator) => {
  const id = valueOf(record, 'client_id')
  const deleted = await operator.store.deleteClient(id, operator.mark())
  return deleted ? { id, text: `${valueOf(record, 'name')} is deleted, with its consents and tokens.` } : null
}

const revoke: Action['run'] = async (record, _input, operator) => {
  const id = valueOf(record, 'client_id')
  const revoked = await operator.store.revokeTokens({ usernameKey: null, clientId: id }, operator.mark())
  return { id, text: revoked === 1 ? '1 token is revoked.' : `${revoked} tokens are revoked.` }
}

const KIND_TEXTS: Readonly<Record<ClientKindName, readonly [label: string, hint: string]>> = {
  web: ['Web application', 'It runs on a server, and can keep a secret.'],
  app: ['Single-page or mobile app', 'It runs in a browser or on a device, where nothing stays secret.'],
  service: ['Service', 'It acts for itself, without a person.'],
  mcp: ['MCP client', 'A program on somebody’s machine that connects to your MCP server.'],
}

const KINDS: readonly Kind[] = Object.entries<ClientKind>(CLIENT_KINDS).map(
  ([name, { grantTypes, redirectUris = [], type }]) => {
    const [label, hint] = isClientKind(name) ? KIND_TEXTS[name] : [name, '']
    return { name, label, hint, values: { type, grant_types: grantTypes, redirect_uris: redirectUris } }
  },
)

/** Applications that request tokens. */
export const clients: Resource = {
  kind: 'clients',
  title: 'Clients',
  singular: 'client',
  intro: 'Applications that request tokens.',
  id: 'client_id',
  name: 'name',
  columns: [
    { name: 'name', label: 'Name', link: { kind: 'clients', id: 'client_id' } },
    { name: 'client_id', label: 'Client id', kind: 'code' },
    { name: 'type', label: 'Type', kind: 'word' },
    { name: 'grant_types', label: 'Grant types', kind: 'list' },
    { name: 'disabled', label: 'State', kind: 'state', words: ['disabled', 'enabled'] },
    { name: 'created_at', label: 'Created', kind: 'ago' },
  ],
  facts: clientFacts,
  filters: [
    { name: 'name', label: 'Name begins with' },
    { name: 'id', label: 'Client id begins with' },
    {
      name: 'state',
      label: 'State',
      choices: [
        ['enabled', 'Enabled'],
        ['disabled', 'Disabled'],
      ],
    },
  ],
  fields: clientFields,
  kinds: KINDS,
  blank: newClient,
  create,
  update,
  actions: [
    {
      name: 'rotate-secret',
      label: 'Rotate secret',
      asks: (what) => `Rotate the secret of ${what}?`,
      question: 'The client gets a new secret, which is shown once. At most two secrets are valid at a time.',
      fields: [KEEP_OLD],
      appliesTo: usesSecret,
      run: rotate,
    },
    {
      name: 'revoke-tokens',
      label: 'Revoke all tokens',
      asks: (what) => `Revoke all tokens of ${what}?`,
      question: 'Every grant and token of the client ends at once. Consents stay.',
      danger: true,
      bulk: true,
      run: revoke,
    },
    {
      name: 'disable',
      label: 'Disable',
      question: 'The client and its tokens are refused everywhere, until it is enabled again.',
      danger: true,
      bulk: true,
      appliesTo: (record) => record['disabled'] === false,
      run: setDisabled(true),
    },
    {
      name: 'enable',
      label: 'Enable',
      question: 'The client works again, and so do its tokens that are still valid.',
      bulk: true,
      appliesTo: (record) => record['disabled'] === true,
      run: setDisabled(false),
    },
    {
      name: 'delete',
      label: 'Delete',
      question: 'The client is permanently deleted, with its secrets, consents, grants and tokens.',
      danger: true,
      bulk: true,
      removes: true,
      typed: true,
      run: remove,
    },
  ],
}
