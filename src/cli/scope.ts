import type { Command } from 'commander'
import { readRecord } from '../operations/records.ts'
import { scopes } from '../operations/resources/scopes.ts'
import { CliError } from './cli-error.ts'
import type { Asking, ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatTable, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { addLimit, addNoun, addVerb, addYes, type ListOptions, runVerb, type VerbOptions } from './verb.ts'

interface CreateOptions extends VerbOptions {
  readonly name: string
  readonly description: string
}

/** Adds the noun `scope` with its verbs. */
export function addScopeNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'scope', 'scopes besides those of OAUTH_SCOPES, and descriptions of both')
  addLimit(addVerb(noun, 'list', 'list all scopes that can be requested')).action((options: ListOptions) =>
    runVerb(io, options, (session) => list(session, options)),
  )
  addVerb(noun, 'create', 'create a scope, or describe one of OAUTH_SCOPES')
    .requiredOption('--name <name>', 'the name that clients request')
    .requiredOption('--description <text>', 'what users see on the consent page')
    .action((options: CreateOptions) => runVerb(io, options, (session) => create(session, options), true))
  addYes(addVerb(noun, 'delete', 'delete a scope of the table; tokens that have it keep it'))
    .argument('<name>')
    .action((name: string, options: ConfirmOptions) =>
      runVerb(io, options, (session) => remove(session, name, { ...io, options })),
    )
}

async function list(session: Session, { limit }: ListOptions): Promise<Output> {
  const json = await browseAll(session, scopes, 'name', limit)
  const columns = ['name', 'source', 'bits', 'description'] as const
  return { json, text: formatTable(json, columns, 'There are no scopes.') }
}

async function create(session: Session, { description, name }: CreateOptions): Promise<Output> {
  const done = await scopes.create?.({ name, description }, session)
  const record = done && (await readRecord(scopes, done.id, session))
  if (!record) throw notFound(name)
  return { json: record, text: `The scope ${name} is created.` }
}

async function remove(session: Session, name: string, asking: Asking): Promise<Output> {
  const record = await readRecord(scopes, name, session)
  const done = record && (await actOn(scopes, 'delete', record, {}, session, asking))
  if (!done) throw notFound(name)
  return { json: record, text: done.text }
}

function notFound(name: string): CliError {
  return new CliError(`There is no scope ${name} in the table.`)
}
