import {
  checkClientId,
  checkClientSecret,
  generateClientId,
  generateClientSecret,
  parseClientMetadata,
} from '../../clients/metadata.ts'
import { sha256Base64url } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import type { ClientMetadata } from '../../store/admin-store.ts'
import type { AdminRecord } from '../../store/browse.ts'
import {
  type Action,
  type Done,
  type Input,
  type Operator,
  type Resource,
  textOf,
  valueOf,
} from '../resource.ts'
import { clientFields, KEEP_OLD } from './client-fields.ts'

const DAY = 86_400

/** Members of the API and columns, by the field of `ClientMetadata`. */
const MEMBERS = {
  name: 'name',
  url: 'url',
  type: 'type',
  redirectUris: 'redirect_uris',
  grantTypes: 'grant_types',
  scope: 'scope',
  autoAuthorize: 'auto_authorize',
  authorizeEveryTime: 'authorize_every_time',
  requirePkce: 'require_pkce',
  accessTokenLifetime: 'access_token_lifetime',
  refreshTokenLifetime: 'refresh_token_lifetime',
} as const

/** Checks what was sent, over what is there; problems go by the members' names. */
function parseMetadata(input: Input): ClientMetadata {
  const entries = Object.entries(MEMBERS).map(([field, member]) => [field, input[member]] as const)
  const given = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  try {
    return parseClientMetadata(given)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const names: Readonly<Record<string, string>> = MEMBERS
    throw new InvalidInputError(
      error.problems.map(({ field, message }) => ({ field: names[field] ?? field, message })),
    )
  }
}

async function create(input: Input, operator: Operator): Promise<Done> {
  const metadata = parseMetadata(input)
  const id = textOf(input, 'client_id')
  const clientId = id === '' ? generateClientId() : checked('client_id', () => checkClientId(id))
  const given = textOf(input, 'client_secret')
  if (metadata.type === 'public' && given !== '') {
    throw new InvalidInputError('client_secret', 'A public client has no secret (RFC 6749 2.1).')
  }
  const secret =
    metadata.type === 'public'
      ? null
      : checked('client_secret', () => checkClientSecret(given || generateClientSecret()))
  const secretHash = secret === null ? null : await sha256Base64url(secret)
  const made = await operator.store.createClient({ clientId, secretHash, metadata }, operator.mark())
  if (!made) throw new InvalidInputError('client_id', 'There is a client with this id already.')
  return { id: clientId, text: `The client ${metadata.name} is made.`, ...(secret !== null && { secret }) }
}

/** Runs a check whose problem belongs beside a member. */
function checked(member: string, check: () => string): string {
  try {
    return check()
  } catch (error) {
    if (error instanceof InvalidInputError) throw new InvalidInputError(member, error.message)
    throw error
  }
}

async function update(record: AdminRecord, input: Input, operator: Operator): Promise<Done | null> {
  const metadata = parseMetadata({ ...record, ...input })
  const disabled = typeof input['disabled'] === 'boolean' ? input['disabled'] : record['disabled'] === true
  const seenAt = Number(input['updated_at'] ?? record['updated_at'])
  const id = valueOf(record, 'client_id')
  const updated = await operator.store.updateClient(id, { ...metadata, disabled }, seenAt, operator.mark())
  if (updated === 'stale') {
    throw new InvalidInputError(
      'name',
      'Somebody else has just changed this client. Look at it, and try again.',
    )
  }
  return updated && { id, text: `The client ${updated.name} is changed.` }
}

/** Disables or enables, and says so. */
function setDisabled(disabled: boolean): Action['run'] {
  return async (record, _input, operator) => {
    const done = await update(record, { disabled }, operator)
    return done && { ...done, text: `${valueOf(record, 'name')} is ${disabled ? 'disabled' : 'enabled'}.` }
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
  if (rotated === 'public') throw new InvalidInputError('keep_old', 'A public client has no secret.')
  return rotated && { id, text: `${rotated.client.name} has a new secret.`, secret }
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
    { name: 'created_at', label: 'Made', kind: 'time' },
  ],
  facts: [
    { name: 'client_id', label: 'Client id', kind: 'code' },
    { name: 'name', label: 'Name' },
    { name: 'type', label: 'Type' },
    { name: 'url', label: 'Home page' },
    { name: 'redirect_uris', label: 'Redirect URIs', kind: 'list' },
    { name: 'grant_types', label: 'Grant types', kind: 'list' },
    { name: 'response_types', label: 'Response types', kind: 'list' },
    { name: 'scope', label: 'Scopes (none: all)' },
    { name: 'auto_authorize', label: 'Asks no user for consent', kind: 'flag' },
    { name: 'authorize_every_time', label: 'Asks for consent every time', kind: 'flag' },
    { name: 'require_pkce', label: 'PKCE demanded, if public', kind: 'flag' },
    { name: 'access_token_lifetime', label: 'Life of its access tokens, in seconds (none: as set)' },
    { name: 'refresh_token_lifetime', label: 'Life of its refresh tokens, in seconds (none: as set)' },
    { name: 'secrets', label: 'Secrets' },
    { name: 'disabled', label: 'Disabled', kind: 'flag' },
    { name: 'created_at', label: 'Made', kind: 'time' },
    { name: 'updated_at', label: 'Changed', kind: 'time' },
  ],
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
  create,
  update,
  actions: [
    {
      name: 'rotate-secret',
      label: 'Rotate secret',
      question: 'The client gets a new secret, which is shown once. At most two secrets work at a time.',
      fields: [KEEP_OLD],
      appliesTo: (record) => record['type'] === 'confidential',
      run: rotate,
    },
    {
      name: 'revoke-tokens',
      label: 'Revoke all tokens',
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
