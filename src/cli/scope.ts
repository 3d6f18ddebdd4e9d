import type { Command } from 'commander'
import { InvalidInputError } from '../errors.ts'
import { isScopeToken } from '../scope.ts'
import type { ScopeRecord } from '../store/admin-store.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatTable, type JsonRecord, type Output } from './output.ts'
import { addNoun, addVerb, runVerb, type VerbOptions } from './verb.ts'

interface CreateOptions extends VerbOptions {
  readonly name: string
  readonly description: string
}

/** Adds the noun `scope` with its verbs. */
export function addScopeNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'scope', 'scopes beside those of OAUTH_SCOPES, and descriptions of either')
  addVerb(noun, 'list', 'list the scopes of the table').action((options: VerbOptions) =>
    runVerb(io, options, list),
  )
  addVerb(noun, 'create', 'make a scope, or describe one of OAUTH_SCOPES')
    .requiredOption('--name <name>', 'what clients ask for')
    .requiredOption('--description <text>', 'what users see on the consent page')
    .action((options: CreateOptions) => runVerb(io, options, (session) => create(session, options)))
  addVerb(noun, 'delete', 'delete a scope; tokens that have it keep it')
    .argument('<name>')
    .action((name: string, options: VerbOptions) => runVerb(io, options, (session) => remove(session, name)))
}

async function list({ store }: Session): Promise<Output> {
  const scopes = (await store.listScopes()).map(scopeRecord)
  return {
    json: scopes,
    text: formatTable(scopes, ['name', 'description'], 'There are no scopes in the table.'),
  }
}

async function create({ mark, store }: Session, { description, name }: CreateOptions): Promise<Output> {
  if (!isScopeToken(name)) {
    throw new InvalidInputError(
      'name',
      'The name must have printable ASCII characters other than spaces, " and \\ (RFC 6749 3.3).',
    )
  }
  if (!/^\P{Cc}{1,200}$/u.test(description.trim())) {
    throw new InvalidInputError(
      'description',
      'The description must have 1 to 200 characters, and no control characters.',
    )
  }
  const scope = await store.createScope(name, description.trim(), mark())
  if (!scope) throw new CliError(`There is a scope ${name} already.`)
  return { json: scopeRecord(scope), text: `The scope ${name} is there.` }
}

async function remove({ mark, store }: Session, name: string): Promise<Output> {
  const scope = (await store.listScopes()).find((candidate) => candidate.name === name)
  if (!scope || !(await store.deleteScope(name, mark())))
    throw new CliError(`There is no scope ${name} in the table.`)
  return { json: scopeRecord(scope), text: `The scope ${name} is deleted.` }
}

function scopeRecord({ createdAt, description, name }: ScopeRecord): JsonRecord {
  return { name, description, created_at: createdAt }
}
