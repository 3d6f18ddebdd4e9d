import { InvalidInputError } from '../../errors.ts'
import { fixedScopes, isScopeToken } from '../../scope.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { gather } from '../input.ts'
import { type FieldSpec, type Operator, type Resource, textOf, valueOf } from '../resource.ts'

const NAME: FieldSpec = {
  name: 'name',
  label: 'Name',
  kind: 'text',
  hint: 'As clients ask for it: printable ASCII without spaces.',
  required: true,
}
const DESCRIPTION: FieldSpec = {
  name: 'description',
  label: 'Description',
  kind: 'text',
  hint: 'What the consent page says: what an application may then do.',
  required: true,
}

function checkName(text: string): string {
  const name = text.trim()
  if (isScopeToken(name) && name.length <= 100) return name
  throw new InvalidInputError(
    'name',
    'The name must have 1 to 100 printable characters, no spaces (RFC 6749 3.3).',
  )
}

function checkDescription(text: string): string {
  const description = text.trim()
  if (/^\P{Cc}{1,500}$/u.test(description)) return description
  throw new InvalidInputError('description', 'The description must have 1 to 500 characters.')
}

/** Every scope that can be asked for: those of OAUTH_SCOPES with their bits, of features, and of the table, by name. */
async function listScopes({ provider, store }: Operator): Promise<readonly AdminRecord[]> {
  const rows = new Map((await store.listScopes()).map((row) => [row.name, row]))
  const { scopes: set } = provider.settings
  return [...new Set([...fixedScopes(provider), ...rows.keys()])].toSorted(byCode).map((name) => ({
    name,
    source: Object.hasOwn(set, name) ? 'settings' : rows.has(name) ? 'table' : 'feature',
    bits: Object.hasOwn(set, name) ? (set[name] ?? null) : null,
    description: rows.get(name)?.description ?? null,
    created_at: rows.get(name)?.createdAt ?? null,
  }))
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Names of a scope list that no scope has, neither of OAUTH_SCOPES, nor of a feature, nor of the table. */
export async function unknownScopes(
  scope: string | null,
  { provider, store }: Pick<Operator, 'provider' | 'store'>,
): Promise<readonly string[]> {
  const fixed = fixedScopes(provider)
  const missing = (scope ?? '').split(' ').filter((name) => !fixed.includes(name))
  const asked = missing.filter(Boolean)
  if (asked.length === 0) return []
  const known = new Set((await store.listScopes()).map(({ name }) => name))
  return asked.filter((name) => !known.has(name))
}

/** Scopes of OAUTH_SCOPES, of features and of the table, and descriptions of either. */
export const scopes: Resource = {
  kind: 'scopes',
  title: 'Scopes',
  singular: 'scope',
  intro:
    'What applications may ask for: the scopes of OAUTH_SCOPES, of features such as OpenID Connect, and those of the table; and what the consent page says of either.',
  all: listScopes,
  id: 'name',
  name: 'name',
  columns: [
    { name: 'name', label: 'Name', link: { kind: 'scopes', id: 'name' } },
    { name: 'source', label: 'Source' },
    { name: 'bits', label: 'Bits', kind: 'number' },
    { name: 'description', label: 'Description' },
    { name: 'created_at', label: 'Created', kind: 'time' },
  ],
  facts: [
    { name: 'name', label: 'Name', kind: 'code' },
    { name: 'source', label: 'Source: settings (OAUTH_SCOPES), feature or table' },
    { name: 'bits', label: 'Bits', kind: 'number' },
    { name: 'description', label: 'Description' },
    { name: 'created_at', label: 'Created', kind: 'time' },
  ],
  filters: [{ name: 'name', label: 'Name begins with' }],
  fields: (record) => (record ? [DESCRIPTION] : [NAME, DESCRIPTION]),
  async create(input, { mark, store }) {
    const { description, name } = gather({
      name: () => checkName(textOf(input, 'name')),
      description: () => checkDescription(textOf(input, 'description')),
    })
    const made = await store.createScope(name, description, mark())
    if (!made) throw new InvalidInputError('name', 'There is a scope of this name already.')
    return { id: name, text: `The scope ${name} is created.` }
  },
  async update(record, input, { mark, store }) {
    const name = valueOf(record, 'name')
    const description = checkDescription(textOf({ ...record, ...input }, 'description'))
    const updated =
      (await store.updateScope(name, description, mark())) ??
      (record['created_at'] === null ? await store.createScope(name, description, mark()) : null)
    return updated && { id: name, text: `The scope ${name} is changed.` }
  },
  actions: [
    {
      name: 'delete',
      label: 'Delete',
      question: 'Nobody gets this scope any more. Tokens that have it keep it until they expire.',
      danger: true,
      bulk: true,
      removes: true,
      // A scope of OAUTH_SCOPES goes with the setting; its description here can be deleted.
      appliesTo: (record) => record['created_at'] !== null,
      async run(record, _input, { mark, store }) {
        const name = valueOf(record, 'name')
        return (await store.deleteScope(name, mark()))
          ? { id: name, text: `The scope ${name} is deleted.` }
          : null
      },
    },
  ],
}
