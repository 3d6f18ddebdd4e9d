import { InvalidInputError } from '../../errors.ts'
import { fixedScopes, isScopeToken } from '../../scope.ts'
import type { AdminRecord, BrowseQuery, Listing } from '../../store/browse.ts'
import { gather } from '../input.ts'
import { type FieldSpec, type Operator, type Resource, textOf, valueOf } from '../resource.ts'

const NAME: FieldSpec = {
  name: 'name',
  label: 'Name',
  kind: 'text',
  hint: 'The name that clients request: printable ASCII without spaces.',
  required: true,
}
const DESCRIPTION: FieldSpec = {
  name: 'description',
  label: 'Description',
  kind: 'text',
  hint: 'What the consent page says that an application may do.',
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

/** Returns a scope as operators see it: one of OAUTH_SCOPES with its bits, of a feature, or of the table. */
function recordOf(
  name: string,
  row: AdminRecord | undefined,
  { provider }: Pick<Operator, 'provider'>,
): AdminRecord {
  const { scopes: set } = provider.settings
  const isSet = Object.hasOwn(set, name)
  return {
    name,
    source: isSet ? 'settings' : row ? 'table' : 'feature',
    bits: isSet ? (set[name] ?? null) : null,
    description: row?.['description'] ?? null,
    created_at: row?.['created_at'] ?? null,
  }
}

/**
 * Lists a part of all scopes that can be requested, by name. The cursor is the last name of the previous part; the few fixed
 * scopes are merged with the rows of the table.
 */
async function listScopes({ after, filters, limit }: BrowseQuery, operator: Operator): Promise<Listing> {
  const asked = { ...filters, ...(after !== null && { after }) }
  const stored = await operator.store.browse('scopes', { filters: asked, after: null, limit }, operator.now)
  const rows = new Map(stored.records.map((row) => [valueOf(row, 'name'), row]))
  const end = stored.next === null ? null : [...rows.keys()].at(-1)
  const fixed = fixedScopes(operator.provider).filter(
    (name) =>
      name.startsWith(filters['name'] ?? '') &&
      (after === null || name > after) &&
      (end === null || end === undefined || name <= end),
  )
  const all = [...new Set([...rows.keys(), ...fixed])].toSorted(byCode)
  const names = all.slice(0, limit)
  return {
    records: names.map((name) => recordOf(name, rows.get(name), operator)),
    next: all.length > limit || stored.next !== null ? (names.at(-1) ?? null) : null,
  }
}

async function readScope(name: string, operator: Operator): Promise<AdminRecord | null> {
  const row = await operator.store.readRecord('scopes', name, operator.now)
  if (!row && !fixedScopes(operator.provider).includes(name)) return null
  return recordOf(name, row ?? undefined, operator)
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Returns the names in a scope list that exist neither in OAUTH_SCOPES, nor in a feature, nor in the table. */
export async function unknownScopes(
  scope: string | null,
  { provider, store }: Pick<Operator, 'provider' | 'store'>,
): Promise<readonly string[]> {
  const fixed = fixedScopes(provider)
  const asked = (scope ?? '').split(' ').filter((name) => name !== '' && !fixed.includes(name))
  if (asked.length === 0) return []
  const known = await store.findScopes(asked)
  return asked.filter((name) => !known.includes(name))
}

/** Scopes of OAUTH_SCOPES, of features and of the table, and descriptions of either. */
export const scopes: Resource = {
  kind: 'scopes',
  title: 'Scopes',
  singular: 'scope',
  intro:
    'Scopes that applications may request: those of OAUTH_SCOPES, of features such as OpenID Connect, and of the table, with their descriptions on the consent page.',
  list: listScopes,
  read: readScope,
  id: 'name',
  name: 'name',
  columns: [
    { name: 'name', label: 'Name', link: { kind: 'scopes', id: 'name' } },
    { name: 'source', label: 'Source', kind: 'word' },
    { name: 'bits', label: 'Bits', kind: 'number' },
    { name: 'description', label: 'Description' },
    { name: 'created_at', label: 'Created', kind: 'time' },
  ],
  facts: [
    { name: 'name', label: 'Name', kind: 'code' },
    { name: 'source', label: 'Source', kind: 'word' },
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
    if (!made) throw new InvalidInputError('name', 'There is a scope with this name already.')
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
      question: 'This scope is no longer granted. Tokens that have it keep it until they expire.',
      danger: true,
      bulk: true,
      removes: true,
      // A scope of OAUTH_SCOPES is removed in the setting; its description here can be deleted.
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
