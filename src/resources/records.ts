import type { KnownResource } from '../concepts.ts'
import { InvalidInputError } from '../errors.ts'
import { checkField, gather } from '../operations/input.ts'
import { shortList } from '../operations/records.ts'
import { type FieldSpec, type Input, type Operator, type Resource, valueOf } from '../operations/resource.ts'
import { unknownScopes } from '../operations/resources/scopes.ts'
import { identifierKey, isIdentifier } from '../resource-identifier.ts'
import { joinScope } from '../scope.ts'
import type { AdminRecord } from '../store/browse.ts'
import { joinResources, type KnownResources, settingsResources } from './known-resources.ts'
import { accessTokenLifetime, name, scope, tokenFormat } from './members.ts'

const IDENTIFIER: FieldSpec = {
  name: 'identifier',
  label: 'Identifier',
  kind: 'text',
  hint: 'The URL at which clients call it, such as https://api.example/mcp, which requests name as resource, and tokens as audience.',
  required: true,
}
const FIELDS: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text', hint: 'Shown on the consent page.', required: true },
  {
    name: 'scope',
    label: 'Scopes',
    kind: 'text',
    hint: 'Names separated by spaces. If empty, it accepts every scope.',
  },
  {
    name: 'token_format',
    label: 'Access tokens',
    kind: 'choice',
    choices: [
      ['opaque', 'Opaque: APIs ask the provider about each token, and learn at once when it is revoked'],
      ['jwt', 'JWT: APIs verify each token themselves (RFC 9068), until it expires'],
    ],
  },
  {
    name: 'access_token_lifetime',
    label: 'Maximum access token lifetime',
    kind: 'seconds',
    hint: 'Seconds. If empty, the client and the settings decide; a JWT is valid for at most an hour.',
  },
]

/** The operators' list of resources, of the setting and of the table. */
export function resourceRecords(known: KnownResources): Resource {
  return {
    kind: 'resources',
    title: 'Resources',
    singular: 'resource',
    intro:
      'APIs and MCP servers that tokens can be for (RFC 8707): those of OAUTH_RESOURCES and those of the table. As soon as there is one, requests may not name any others.',
    ...shortList('identifier', (operator) => listAll(known, operator)),
    id: 'identifier',
    name: 'name',
    columns: [
      { name: 'name', label: 'Name', link: { kind: 'resources', id: 'identifier' } },
      { name: 'identifier', label: 'Identifier', kind: 'code' },
      { name: 'scope', label: 'Scopes' },
      { name: 'token_format', label: 'Access tokens' },
      { name: 'source', label: 'Source', kind: 'word' },
    ],
    facts: [
      { name: 'identifier', label: 'Identifier', kind: 'code' },
      { name: 'name', label: 'Name' },
      { name: 'scope', label: 'Scopes' },
      { name: 'token_format', label: 'Access tokens' },
      { name: 'access_token_lifetime', label: 'Maximum access token lifetime', kind: 'number' },
      { name: 'source', label: 'Source', kind: 'word' },
      { name: 'created_at', label: 'Created', kind: 'time' },
    ],
    filters: [{ name: 'identifier', label: 'Identifier begins with' }],
    fields: (record) => (record ? FIELDS : [IDENTIFIER, ...FIELDS]),
    blank: () => ({ token_format: 'opaque' }),
    create: async (input, operator) => {
      const identifier = checkIdentifier(input['identifier'])
      const resource = { identifier, ...(await membersOf(input, operator)) }
      await createOnce(resource, known, operator)
      known.forget(operator.provider.settings)
      return { id: resource.identifier, text: `The resource ${resource.name} is created.` }
    },
    update: async (record, input, operator) => {
      const identifier = valueOf(record, 'identifier')
      if (record['source'] === 'settings') {
        throw new InvalidInputError('identifier', 'A resource of OAUTH_RESOURCES is changed there.')
      }
      const resource = { identifier, ...(await membersOf({ ...record, ...input }, operator)) }
      const updated = await known.storeOf(operator.provider).updateResource(resource, operator.mark())
      known.forget(operator.provider.settings)
      return updated ? { id: identifier, text: `The resource ${resource.name} is changed.` } : null
    },
    actions: [
      {
        name: 'delete',
        label: 'Delete',
        question:
          'Access to it is no longer granted. Tokens for it are valid until they expire; so are those of refreshed grants.',
        danger: true,
        bulk: true,
        removes: true,
        appliesTo: (record) => record['source'] === 'table',
        async run(record, _input, { mark, provider }) {
          const identifier = valueOf(record, 'identifier')
          const deleted = await known.storeOf(provider).deleteResource(identifier, mark())
          known.forget(provider.settings)
          return deleted
            ? { id: identifier, text: `The resource ${valueOf(record, 'name')} is deleted.` }
            : null
        },
      },
    ],
  }
}

async function listAll(known: KnownResources, { provider }: Operator): Promise<readonly AdminRecord[]> {
  const set = settingsResources(provider).map((resource) => ({ ...resource, createdAt: null }))
  const rows = await known.storeOf(provider).listResources()
  return joinResources<KnownResource & { readonly createdAt: number | null }>(set, rows).map((resource) => ({
    identifier: resource.identifier,
    name: resource.name,
    scope: resource.scope,
    token_format: resource.tokenFormat,
    access_token_lifetime: resource.accessTokenLifetime,
    source: resource.createdAt === null ? 'settings' : 'table',
    created_at: resource.createdAt,
  }))
}

/** @throws {InvalidInputError} it is not an identifier */
function checkIdentifier(given: unknown): string {
  const identifier = typeof given === 'string' ? given.trim() : ''
  if (isIdentifier(identifier)) return identifier
  throw new InvalidInputError(
    'identifier',
    'The identifier must be an absolute URI without a fragment, of at most 500 characters (RFC 8707 2).',
  )
}

/**
 * Creates a resource that has no other spelling yet. If somebody creates another resource in the meantime, it looks again,
 * so that of two spellings of one resource only the first is created.
 * @throws {InvalidInputError} there is one already
 */
async function createOnce(resource: KnownResource, known: KnownResources, operator: Operator): Promise<void> {
  const { provider } = operator
  const store = known.storeOf(provider)
  const key = identifierKey(resource.identifier)
  const set = settingsResources(provider)
  let rows: readonly KnownResource[]
  do {
    rows = await store.listResources()
    if ([...set, ...rows].some(({ identifier }) => identifierKey(identifier) === key)) {
      throw new InvalidInputError('identifier', 'There is a resource with this identifier already.')
    }
  } while (
    !(await store.createResource(
      resource,
      rows.map(({ identifier }) => identifier),
      operator.mark(),
    ))
  )
}

/** @throws {InvalidInputError} names each invalid field */
async function membersOf(input: Input, operator: Operator): Promise<Omit<KnownResource, 'identifier'>> {
  const members = gather({
    name: () => checkField('name', name, input['name'] ?? ''),
    scope: () => checkField('scope', scope, input['scope'] || null),
    tokenFormat: () => checkField('token_format', tokenFormat, input['token_format'] || 'opaque'),
    accessTokenLifetime: () =>
      checkField('access_token_lifetime', accessTokenLifetime, numberOf(input['access_token_lifetime'])),
  })
  const unknown = await unknownScopes(members.scope, operator)
  if (unknown.length > 0) {
    throw new InvalidInputError('scope', `There are no such scopes: ${unknown.join(', ')}.`)
  }
  return { ...members, scope: members.scope && joinScope(members.scope.split(' ')) }
}

/** Reads a number that forms and command lines send as text. */
function numberOf(value: unknown): unknown {
  if (value === '' || value === undefined) return null
  return typeof value === 'string' && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value
}
