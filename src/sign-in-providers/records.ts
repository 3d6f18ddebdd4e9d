import { flag } from '../clients/members/kinds.ts'
import { InvalidInputError } from '../errors.ts'
import { checkField, gather } from '../operations/input.ts'
import { shortList } from '../operations/records.ts'
import {
  type FieldSpec,
  type Input,
  type Operator,
  type Resource,
  textOf,
  valueOf,
} from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import type { SignInProvider, SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import type { KnownProviders } from './known-providers.ts'
import * as members from './members.ts'
import { secretContext } from './secret.ts'

const FIXED: readonly FieldSpec[] = [
  {
    name: 'id',
    label: 'Id',
    kind: 'text',
    hint: 'Part of the redirect URI that you register there, /login/with/ID/callback: such as google.',
    required: true,
  },
  {
    name: 'kind',
    label: 'Kind',
    kind: 'choice',
    choices: [
      ['openid', 'OpenID Connect: Google, Microsoft, Keycloak, another provider like this'],
      ['github', 'GitHub'],
    ],
  },
  {
    name: 'issuer',
    label: 'Issuer',
    kind: 'text',
    hint: 'Its issuer identifier, byte for byte, such as https://accounts.google.com. For GitHub: leave it empty, unless a company has its own.',
  },
]
const FIELDS: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text', hint: 'The button says: Continue with …', required: true },
  {
    name: 'icon',
    label: 'Icon',
    kind: 'text',
    hint: 'A data: URL of a PNG, WebP or SVG image, in base64.',
    advanced: true,
  },
  {
    name: 'client_id',
    label: 'Client id',
    kind: 'text',
    hint: 'The client id of this provider there.',
    required: true,
  },
  {
    name: 'client_secret',
    label: 'Client secret',
    kind: 'password',
    hint: 'It is stored sealed and never shown. If empty, the current one stays.',
  },
  {
    name: 'scope',
    label: 'Scopes',
    kind: 'text',
    hint: 'If empty: openid email profile; for GitHub, read:user user:email.',
    advanced: true,
  },
  {
    name: 'trusts_addresses',
    label: 'Trusted for verified addresses',
    kind: 'flag',
    hint: 'People with a verified address there can sign in to the account here that has verified the same address. Whoever runs the provider can then sign in as anybody.',
  },
  {
    name: 'domains',
    label: 'Allowed domains',
    kind: 'text',
    hint: 'Separated by spaces: only people with a verified address at one of them. If empty: everybody.',
  },
  {
    name: 'creates_accounts',
    label: 'Creates accounts for new people',
    kind: 'flag',
    hint: 'Even if nobody may sign up otherwise.',
  },
  {
    name: 'counts_as_fresh',
    label: 'Counts as a fresh sign-in',
    kind: 'flag',
    hint: 'For GitHub, Google and others that do not say when people signed in. Whoever finds a browser signed in there can then change the account here.',
    advanced: true,
  },
  { name: 'enabled', label: 'Enabled', kind: 'flag' },
]

/** The operators' list of providers with whose accounts people sign in. */
export function signInProviderRecords(known: KnownProviders): Resource {
  return {
    kind: 'sign-in-providers',
    title: 'Sign-in providers',
    singular: 'sign-in provider',
    intro:
      'Providers with whose accounts people can sign in: any OpenID Connect issuer, and GitHub. Each has a button on the sign-in page.',
    ...shortList('id', async ({ provider }) => (await known.storeOf(provider).listProviders()).map(toRecord)),
    id: 'id',
    name: 'name',
    columns: [
      { name: 'name', label: 'Name', link: { kind: 'sign-in-providers', id: 'id' } },
      { name: 'issuer', label: 'Issuer', kind: 'code' },
      { name: 'linked', label: 'Accounts', kind: 'number' },
      { name: 'enabled', label: 'Enabled', kind: 'flag' },
    ],
    facts: [
      { name: 'id', label: 'Id', kind: 'code' },
      { name: 'kind', label: 'Kind' },
      { name: 'name', label: 'Name' },
      { name: 'icon', label: 'Icon', kind: 'code' },
      { name: 'issuer', label: 'Issuer', kind: 'code' },
      { name: 'client_id', label: 'Client id', kind: 'code' },
      { name: 'has_secret', label: 'Has a secret', kind: 'flag' },
      { name: 'scope', label: 'Scopes' },
      { name: 'trusts_addresses', label: 'Trusted for verified addresses', kind: 'flag' },
      { name: 'domains', label: 'Allowed domains' },
      { name: 'creates_accounts', label: 'Creates accounts for new people', kind: 'flag' },
      { name: 'counts_as_fresh', label: 'Counts as a fresh sign-in', kind: 'flag' },
      { name: 'enabled', label: 'Enabled', kind: 'flag' },
      { name: 'linked', label: 'Accounts', kind: 'number' },
      { name: 'created_at', label: 'Created', kind: 'time' },
      { name: 'updated_at', label: 'Changed', kind: 'time' },
    ],
    filters: [{ name: 'id', label: 'Id begins with' }],
    fields: (record) => (record ? FIELDS : [...FIXED, ...FIELDS]),
    blank: () => ({ kind: 'openid', enabled: true }),
    async create(input, operator) {
      const fixed = gather({
        id: () => checkField('id', members.id, input['id'] ?? ''),
        kind: () => checkField('kind', members.kind, input['kind'] || 'openid'),
      })
      const { issuer, rest } = gather({
        issuer: () => checkField('issuer', members.issuer, issuerOf(input, fixed.kind)),
        rest: () => membersOf({ enabled: true, ...input }, fixed.kind),
      })
      const row = { ...fixed, ...rest, issuer }
      const secret = await sealedSecret(fixed.id, input, operator)
      if (!(await known.storeOf(operator.provider).createProvider(row, secret, operator.mark())))
        throw new InvalidInputError('id', 'There is a sign-in provider with this id already.')
      known.forget(operator.provider.settings)
      return {
        id: row.id,
        text: `People can sign in with ${row.name}, once the redirect URI /login/with/${row.id}/callback is registered there.`,
      }
    },
    async update(record, input, operator) {
      const id = valueOf(record, 'id')
      const fixed = {
        id,
        kind: checkField('kind', members.kind, record['kind']),
        issuer: valueOf(record, 'issuer'),
      }
      const row = { ...fixed, ...membersOf({ ...record, ...input }, fixed.kind) }
      const secret = await sealedSecret(id, input, operator)
      const seenAt = Number(input['updated_at'] ?? record['updated_at'])
      const { provider } = operator
      const outcome = await known.storeOf(provider).updateProvider(row, secret, seenAt, operator.mark())
      known.forget(provider.settings)
      if (outcome === 'stale')
        throw new InvalidInputError(
          'name',
          'Somebody else has just changed this sign-in provider. Look at it, and try again.',
        )
      return outcome === 'gone' ? null : { id, text: `The sign-in provider ${row.name} is changed.` }
    },
    actions: [
      {
        name: 'delete',
        label: 'Delete',
        question:
          'Nobody can sign in with it anymore, and every link to it is deleted. Users who have no other way to sign in need their access restored.',
        danger: true,
        bulk: true,
        typed: true,
        removes: true,
        async run(record, _input, { mark, provider }) {
          const id = valueOf(record, 'id')
          const deleted = await known.storeOf(provider).deleteProvider(id, mark())
          known.forget(provider.settings)
          return deleted ? { id, text: `The sign-in provider ${valueOf(record, 'name')} is deleted.` } : null
        },
      },
    ],
  }
}

function toRecord(row: SignInProviderRecord): AdminRecord {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    icon: row.icon,
    issuer: row.issuer,
    client_id: row.clientId,
    has_secret: row.sealedSecret !== null,
    scope: row.scope,
    trusts_addresses: row.trustsAddresses,
    domains: row.domains,
    creates_accounts: row.createsAccounts,
    counts_as_fresh: row.countsAsFresh,
    enabled: row.isEnabled,
    linked: row.linked,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}

function issuerOf(input: Input, kind: SignInProvider['kind']): string {
  const text = textOf(input, 'issuer').trim()
  if (kind === 'openid') return text
  return text === '' ? members.GITHUB : text.replace(/\/+$/, '')
}

/** @throws {InvalidInputError} names each invalid field */
function membersOf(
  input: Input,
  kind: SignInProvider['kind'],
): Omit<SignInProvider, 'id' | 'issuer' | 'kind'> {
  const scope = kind === 'openid' ? members.openidScope : members.scope
  const flagOf = (name: string, label: string): boolean => checkField(name, flag(label), input[name] ?? false)
  return gather({
    name: () => checkField('name', members.name, input['name'] ?? ''),
    icon: () => checkField('icon', members.icon, input['icon'] || null),
    clientId: () => checkField('client_id', members.clientId, input['client_id'] ?? ''),
    scope: () => checkField('scope', scope, input['scope'] || members.SCOPES[kind]),
    trustsAddresses: () => flagOf('trusts_addresses', 'Trusted for verified addresses'),
    domains: () => checkField('domains', members.domains, input['domains'] || ''),
    createsAccounts: () => flagOf('creates_accounts', 'Creates accounts for new people'),
    countsAsFresh: () => flagOf('counts_as_fresh', 'Counts as a fresh sign-in'),
    isEnabled: () => flagOf('enabled', 'Enabled'),
  })
}

/** @throws {InvalidInputError} it is invalid, or SECRET_KEY is unknown here */
async function sealedSecret(id: string, input: Input, operator: Operator): Promise<string | null> {
  const secret = checkField('client_secret', members.clientSecret, input['client_secret'] ?? '')
  if (secret === '') return null
  const sealed = await operator.seal(secret, secretContext(id))
  if (sealed === null)
    throw new InvalidInputError(
      'client_secret',
      'It is stored encrypted: provide the Worker’s SECRET_KEY in the environment.',
    )
  return sealed
}
