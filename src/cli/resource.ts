import type { Command } from 'commander'
import { readRecord } from '../operations/records.ts'
import type { Input } from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError, UsageError } from './cli-error.ts'
import type { Asking, ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { addNoun, addVerb, addYes, runVerb, type VerbOptions } from './verb.ts'

interface MemberOptions extends VerbOptions {
  readonly name?: string
  readonly scope?: string
  readonly tokenFormat?: string
  readonly accessTokenLifetime?: string
}

interface CreateOptions extends MemberOptions {
  readonly identifier: string
}

/** Adds the noun `resource` with its verbs. */
export function addResourceNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'resource', 'APIs and MCP servers that tokens can be for (RFC 8707)')
  addVerb(noun, 'list', 'list the resources of OAUTH_RESOURCES and of the table').action(
    (options: VerbOptions) => runVerb(io, options, list),
  )
  addMembers(
    addVerb(noun, 'create', 'create a resource').requiredOption(
      '--identifier <uri>',
      'the URL at which clients call it',
    ),
  ).action((options: CreateOptions) => runVerb(io, options, (session) => create(session, options), true))
  addVerb(noun, 'show', 'show a resource')
    .argument('<identifier>')
    .action((identifier: string, options: VerbOptions) =>
      runVerb(io, options, (session) => show(session, identifier)),
    )
  addMembers(addVerb(noun, 'update', 'change a resource of the table; what you do not name stays as it is'))
    .argument('<identifier>')
    .action((identifier: string, options: MemberOptions) =>
      runVerb(io, options, (session) => update(session, identifier, options)),
    )
  addYes(addVerb(noun, 'delete', 'delete a resource of the table; tokens for it are valid until they expire'))
    .argument('<identifier>')
    .action((identifier: string, options: ConfirmOptions) =>
      runVerb(io, options, (session) => remove(session, identifier, { ...io, options })),
    )
}

function addMembers(verb: Command): Command {
  return verb
    .option('--name <name>', 'shown on the consent page')
    .option('--scope <names>', 'scopes that it accepts, separated by spaces; defaults to all')
    .option('--token-format <format>', 'the format of its access tokens: opaque or jwt')
    .option('--access-token-lifetime <seconds>', 'the longest that its access tokens are valid')
}

/** Reads the fields from options, by name. */
function inputOf({ accessTokenLifetime, name, scope, tokenFormat }: MemberOptions): Input {
  return {
    ...(name !== undefined && { name }),
    ...(scope !== undefined && { scope }),
    ...(tokenFormat !== undefined && { token_format: tokenFormat }),
    ...(accessTokenLifetime !== undefined && { access_token_lifetime: accessTokenLifetime }),
  }
}

async function list(session: Session): Promise<Output> {
  const json = await browseAll(session, session.resources, 'identifier')
  const columns = ['identifier', 'name', 'scope', 'token_format', 'source'] as const
  return { json, text: formatTable(json, columns, 'There are no resources.') }
}

async function create(session: Session, options: CreateOptions): Promise<Output> {
  const done = await session.resources.create?.(
    { identifier: options.identifier, ...inputOf(options) },
    session,
  )
  return { json: await find(session, done?.id ?? options.identifier), text: done?.text ?? '' }
}

async function show(session: Session, identifier: string): Promise<Output> {
  const json = await find(session, identifier)
  return { json, text: formatRecord(json, session.resources) }
}

async function update(session: Session, identifier: string, options: MemberOptions): Promise<Output> {
  const input = inputOf(options)
  if (Object.keys(input).length === 0) throw new UsageError('Nothing to change: --help shows the options.')
  const done = await session.resources.update?.(await find(session, identifier), input, session)
  if (!done) throw notFound(identifier)
  return { json: await find(session, done.id), text: done.text }
}

async function remove(session: Session, identifier: string, asking: Asking): Promise<Output> {
  const record = await find(session, identifier)
  if (record['source'] !== 'table') {
    throw new CliError(`The resource ${identifier} is in OAUTH_RESOURCES: remove it there.`)
  }
  const done = await actOn(session.resources, 'delete', record, {}, session, asking)
  if (!done) throw notFound(identifier)
  return { json: record, text: done.text }
}

async function find(session: Session, identifier: string): Promise<AdminRecord> {
  const record = await readRecord(session.resources, identifier, session)
  if (!record) throw notFound(identifier)
  return record
}

function notFound(identifier: string): CliError {
  return new CliError(`There is no resource ${identifier}.`)
}
