import {
  checkChosenSecret,
  checkClientId,
  generateClientId,
  generateClientSecret,
} from '../../clients/credentials.ts'
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
  type Operator,
  type Resource,
  textOf,
  valueOf,
} from '../resource.ts'
import { clientFacts, clientFields, KEEP_OLD, newClient } from './client-fields.ts'
import { unknownScopes } from './scopes.ts'

const DAY = 86_400
/** How often a change is tried again that others were faster than. */
const ATTEMPTS = 5

function parseOptions({ provider }: Operator): ParseOptions {
  return { httpHosts: provider.settings.allowHttpRedirects, members: provider.clientMetadata }
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
  const secret = metadata.type === 'public' ? null : (ownSecret ?? generateClientSecret())
  const secretHash = secret === null ? null : await sha256Base64url(secret)
  const made = await operator.store.createClient({ clientId, secretHash, metadata }, operator.mark())
  if (!made) throw new InvalidInputError('client_id', `There is a client ${clientId} already.`)
  return { id: clientId, text: `The client ${metadata.name} is created.`, ...(secret !== null && { secret }) }
}

/** A client that lists a scope which nobody knows would be refused whenever it asks for it. */
async function checkScopes({ scope }: ClientMetadata, input: Input, operator: Operator): Promise<void> {
  const unknown = input['scope'] === undefined ? [] : await unknownScopes(scope, operator)
  if (unknown.length === 0) return
  throw new InvalidInputError(
    'scope',
    `There is no scope ${unknown.join(', ')}: OAUTH_SCOPES or the scope table must have it first.`,
  )
}

/** The secret that a confidential client is to have. */
function readSecret(secret: string, input: Input): string {
  if (input['type'] !== 'public') return checkChosenSecret(secret)
  throw new InvalidInputError('client_secret', 'A public client has no secret (RFC 6749 2.1).')
}

async function update(record: AdminRecord, input: Input, operator: Operator): Promise<Done | null> {
  const updated = await change(record, input, operator)
  return updated && { id: updated.clientId, text: `The client ${updated.name} is changed.` }
}

/** Changes a client as it is now. Where the input says which version it is about, that version must be the present one. */
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

/** Disables or enables, and says so. */
function setDisabled(disabled: boolean): Action['run'] {
  return async (record, _input, operator) => {
    const updated = await change(record, { disabled }, operator)
    const text = `${valueOf(record, 'name')} is ${disabled ? 'disabled' : 'enabled'}.`
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
  return { id, text: `${revoked} ${revoked === 1 ? 'token is' : 'tokens are'} revoked.` }
}

/** Applications that ask for tokens. */
export const clients: Resource = {
  kind: 'clients',
  title: 'Clients',
  singular: 'client',
  intro: 'Applications that ask for tokens.',
  id: 'client_id',
  name: 'name',
  columns: [
    { name: 'name', label: 'Name', link: { kind: 'clients', id: 'client_id' } },
    { name: 'client_id', label: 'Client id', kind: 'code' },
    { name: 'type', label: 'Type' },
    { name: 'grant_types', label: 'Grant types', kind: 'list' },
    { name: 'disabled', label: 'Disabled', kind: 'flag' },
    { name: 'created_at', label: 'Created', kind: 'time' },
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
  blank: newClient,
  create,
  update,
  actions: [
    {
      name: 'rotate-secret',
      label: 'Rotate secret',
      asks: (what) => `Rotate the secret of ${what}?`,
      question: 'The client gets a new secret, which is shown once. At most two secrets work at a time.',
      fields: [KEEP_OLD],
      appliesTo: (record) => record['type'] === 'confidential',
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
      question: 'The client is refused everywhere, and its tokens with it, until it is enabled again.',
      danger: true,
      bulk: true,
      appliesTo: (record) => record['disabled'] === false,
      run: setDisabled(true),
    },
    {
      name: 'enable',
      label: 'Enable',
      question: 'The client and what is left of its tokens work again.',
      bulk: true,
      appliesTo: (record) => record['disabled'] === true,
      run: setDisabled(false),
    },
    {
      name: 'delete',
      label: 'Delete',
      question: 'The client goes for ever, with its secrets, consents, grants and tokens.',
      danger: true,
      bulk: true,
      removes: true,
      run: remove,
    },
  ],
}
