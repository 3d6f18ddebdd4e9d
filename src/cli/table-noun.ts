import type { Command } from 'commander'
import { readRecord } from '../operations/records.ts'
import { type Input, type Resource, textOfValue } from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError, UsageError } from './cli-error.ts'
import type { Asking, ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatTable, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { addNoun, addVerb, addYes, runVerb, type VerbOptions } from './verb.ts'

/** A noun for the records of a table that the panel also edits: list, create, show, update, delete. */
export interface TableNoun {
  readonly name: string
  readonly description: string
  readonly resource: (session: Session) => Resource
  /** The column that identifies a record. */
  readonly id: string
  readonly columns: readonly [string, ...string[]]
  /** Descriptions of the verbs. */
  readonly verbs: Readonly<Record<'create' | 'delete' | 'list' | 'show' | 'update', string>>
  /** What an empty list prints. */
  readonly none: string
  readonly missing: (id: string) => string
  /** Options only of a new record, of which the first is required: flags, and their descriptions. */
  readonly fixed: readonly [NounOption, ...NounOption[]]
  /** Options of new and existing records. */
  readonly members: readonly NounOption[]
  /** Fields that do not come from the value of their option. */
  readonly read?: (options: Input, io: Io) => Promise<Input>
}

/** Flags of an option, and its description. */
export type NounOption = readonly [flags: string, description: string]

/** Adds a noun with its verbs. An option is named like its field, with hyphens. */
export function addTableNoun(program: Command, io: Io, table: TableNoun): void {
  const { fixed, members, verbs } = table
  const noun = addNoun(program, table.name, table.description)
  addVerb(noun, 'list', verbs.list).action((options: VerbOptions) =>
    runVerb(io, options, (session) => list(session, table)),
  )
  const [[flags, description], ...others] = fixed
  addOptions(addVerb(noun, 'create', verbs.create).requiredOption(flags, description), [
    ...others,
    ...members,
  ]).action(async (options: VerbOptions & Input) => {
    const input = await inputOf(options, table, io)
    return runVerb(io, options, (session) => create(session, input, table), true)
  })
  addVerb(noun, 'show', verbs.show)
    .argument(`<${table.id}>`)
    .action((id: string, options: VerbOptions) => runVerb(io, options, (session) => show(session, id, table)))
  addOptions(addVerb(noun, 'update', verbs.update), members)
    .argument(`<${table.id}>`)
    .action(async (id: string, options: VerbOptions & Input) => {
      const input = await inputOf(options, table, io)
      if (Object.keys(input).length === 0)
        throw new UsageError('Nothing to change: --help shows the options.')
      return runVerb(io, options, (session) => update(session, id, input, table))
    })
  addYes(addVerb(noun, 'delete', verbs.delete))
    .argument(`<${table.id}>`)
    .action((id: string, options: ConfirmOptions) =>
      runVerb(io, options, (session) => remove(session, id, { ...io, options }, table)),
    )
}

function addOptions(verb: Command, options: readonly NounOption[]): Command {
  for (const [flags, description] of options) verb.option(flags, description)
  return verb
}

/** Reads the fields from options, by name. */
async function inputOf(options: Input, { read }: TableNoun, io: Io): Promise<Input> {
  const own = Object.entries(options).filter(([name]) => !['json', 'local', 'remote'].includes(name))
  const input = Object.fromEntries(
    own.map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  )
  return read ? read(input, io) : input
}

async function list(session: Session, { columns, id, none, resource }: TableNoun): Promise<Output> {
  const json = await browseAll(session, resource(session), id)
  return { json, text: formatTable(json, columns, none) }
}

async function create(session: Session, input: Input, table: TableNoun): Promise<Output> {
  const done = await table.resource(session).create?.(input, session)
  return { json: await find(session, done?.id ?? '', table), text: done?.text ?? '' }
}

async function show(session: Session, id: string, table: TableNoun): Promise<Output> {
  const json = await find(session, id, table)
  const lines = Object.entries(json).map(([name, value]) => `${name}: ${textOfValue(value)}`)
  return { json, text: lines.join('\n') }
}

async function update(session: Session, id: string, input: Input, table: TableNoun): Promise<Output> {
  const done = await table.resource(session).update?.(await find(session, id, table), input, session)
  if (!done) throw new CliError(table.missing(id))
  return { json: await find(session, done.id, table), text: done.text }
}

async function remove(session: Session, id: string, asking: Asking, table: TableNoun): Promise<Output> {
  const record = await find(session, id, table)
  const done = await actOn(table.resource(session), 'delete', record, {}, session, asking)
  if (!done) throw new CliError(table.missing(id))
  return { json: record, text: done.text }
}

async function find(session: Session, id: string, { missing, resource }: TableNoun): Promise<AdminRecord> {
  const record = await readRecord(resource(session), id, session)
  if (!record) throw new CliError(missing(id))
  return record
}
