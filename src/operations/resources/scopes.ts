import { InvalidInputError } from '../../errors.ts'
import { isScopeToken } from '../../scope.ts'
import { gather } from '../input.ts'
import { type Resource, textOf, valueOf, type FieldSpec } from '../resource.ts'

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

/** Scopes beside those of OAUTH_SCOPES, and descriptions of either. */
export const scopes: Resource = {
  kind: 'scopes',
  title: 'Scopes',
  singular: 'scope',
  intro:
    'What applications may ask for, beside the scopes of OAUTH_SCOPES; and what the consent page says of either.',
  id: 'name',
  name: 'name',
  columns: [
    { name: 'name', label: 'Name', link: { kind: 'scopes', id: 'name' } },
    { name: 'description', label: 'Description' },
    { name: 'created_at', label: 'Created', kind: 'time' },
  ],
  facts: [
    { name: 'name', label: 'Name', kind: 'code' },
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
    const updated = await store.updateScope(name, description, mark())
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
      async run(record, _input, { mark, store }) {
        const name = valueOf(record, 'name')
        return (await store.deleteScope(name, mark()))
          ? { id: name, text: `The scope ${name} is deleted.` }
          : null
      },
    },
  ],
}
