import { type Command, InvalidArgumentError, Option } from 'commander'
import { readRecord } from '../operations/records.ts'
import { recordJson } from '../operations/resource.ts'
import { clients } from '../operations/resources/clients.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError, UsageError } from './cli-error.ts'
import { addMemberOptions, inputOf, type OptionValues } from './client-options.ts'
import { type Asking, confirm, confirmAction, type ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type JsonRecord, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { readLine, warnOfArgument } from './secrets.ts'
import { addLimit, addNoun, addVerb, addYes, type ListOptions, runVerb, type VerbOptions } from './verb.ts'

type MetadataOptions = VerbOptions & OptionValues

interface CreateOptions extends MetadataOptions {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly clientSecretStdin?: true
}

interface UpdateOptions extends MetadataOptions, ConfirmOptions {
  readonly enable?: true
  readonly disable?: true
}

interface RotateOptions extends ConfirmOptions {
  /** Seconds, or true if the option has no value. */
  readonly keepOld?: number | true
}

const DAY = 86_400
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: DAY }

/** Adds the noun `client` with its verbs. */
export function addClientNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'client', 'applications that request tokens')
  addCreate(noun, io)
  addLimit(addVerb(noun, 'list', 'list all clients')).action((options: ListOptions) =>
    runVerb(io, options, (session) => list(session, options)),
  )
  addVerb(noun, 'show', 'show a client')
    .argument('<client-id>')
    .action((id: string, options: VerbOptions) =>
      runVerb(io, options, async (session) => show(session, await find(session, id))),
    )
  addUpdate(noun, io)
  addYes(addVerb(noun, 'rotate-secret', 'give a client a new secret, which is shown only once'))
    .argument('<client-id>')
    .option(
      '--keep-old [duration]',
      'keep the old secret valid for this long, such as 30m, 24h or 7d (24h if no duration is given); without this option it expires at once',
      parseDuration,
    )
    .action((id: string, options: RotateOptions) =>
      runVerb(io, options, (session) => rotate(session, id, { ...io, options })),
    )
  addYes(addVerb(noun, 'delete', 'delete a client with its consents and tokens'))
    .argument('<client-id>')
    .action((id: string, options: ConfirmOptions) =>
      runVerb(io, options, (session) => remove(session, id, { ...io, options })),
    )
}

function addCreate(noun: Command, io: Io): void {
  const verb = addVerb(noun, 'create', 'create a client; its secret is shown only once')
  addMemberOptions(verb, io.provider.clientMetadata, 'create')
    .option('--client-id <id>', 'its id (default: a random one)')
    .addOption(
      new Option(
        '--client-secret <secret>',
        'its secret (default: a random one); other users of this machine may see it',
      ).conflicts('clientSecretStdin'),
    )
    .option('--client-secret-stdin', 'read its secret from standard input')
    .action(async (options: CreateOptions) => {
      const secret = await readSecret(io, options)
      await runVerb(io, options, (session) => create(session, options, secret), true)
    })
}

function addUpdate(noun: Command, io: Io): void {
  const verb = addVerb(noun, 'update', 'change a client; what you do not name stays as it is')
  addMemberOptions(addYes(verb.argument('<client-id>')), io.provider.clientMetadata, 'update')
    .addOption(new Option('--disable', 'refuse it and its tokens').conflicts('enable'))
    .option('--enable', 'accept it again')
    .action(async (id: string, options: UpdateOptions) => {
      const { disable, enable } = options
      const input = {
        ...inputOf(options, io.provider.clientMetadata),
        ...((disable ?? enable) && { disabled: disable ?? false }),
      }
      if (Object.keys(input).length === 0) {
        throw new UsageError('Nothing to change: name at least one option. See client update --help.')
      }
      await runVerb(io, options, async (session) => {
        const record = await find(session, id)
        const disabling = disable && clients.actions.find(({ name }) => name === 'disable')
        if (disabling) await confirmAction({ ...io, options }, clients, disabling, record, session)
        const done = await clients.update?.(record, input, session)
        if (!done) throw notFound(id)
        return show(session, await find(session, id))
      })
    })
}

async function readSecret(io: Io, options: CreateOptions): Promise<string | undefined> {
  if (options.clientSecretStdin) return readLine(io)
  if (options.clientSecret !== undefined) warnOfArgument(io, '--client-secret', '--client-secret-stdin')
  return options.clientSecret
}

async function create(session: Session, options: CreateOptions, secret?: string): Promise<Output> {
  const input = {
    ...inputOf(options, session.provider.clientMetadata),
    ...(options.clientId !== undefined && { client_id: options.clientId }),
    ...(secret !== undefined && { client_secret: secret }),
  }
  const done = await clients.create?.(input, session)
  if (!done) throw new CliError('Clients cannot be created here.')
  return show(session, await find(session, done.id), done.secret)
}

async function list(session: Session, { limit }: ListOptions): Promise<Output> {
  const records = await browseAll(session, clients, 'client_id', limit)
  const json = records.map((record) => clientJson(session, record))
  const columns = ['client_id', 'client_type', 'name', 'grant_types', 'disabled'] as const
  return { json, text: formatTable(json, columns, 'There are no clients.') }
}

async function rotate(
  session: Session,
  id: string,
  asking: Asking & { readonly options: RotateOptions },
): Promise<Output> {
  const { keepOld = 0 } = asking.options
  const record = await find(session, id)
  if (keepOld === 0) {
    const where = session.target === null ? [] : [`on ${session.target}`]
    await confirm(asking, 'The current secrets expire at once, wherever they are in use.', [id, ...where])
  }
  const input = { keep_old: keepOld === true ? DAY : keepOld }
  const done = await actOn(clients, 'rotate-secret', record, input, session)
  if (!done) throw notFound(id)
  return show(session, await find(session, id), done.secret, done.more)
}

async function remove(session: Session, id: string, asking: Asking): Promise<Output> {
  const record = await find(session, id)
  if (!(await actOn(clients, 'delete', record, {}, session, asking))) throw notFound(id)
  return {
    json: clientJson(session, record),
    text: `The client ${id} is deleted, with its consents and tokens.`,
  }
}

/**
 * Finds a client.
 * @throws {CliError} there is none with this id
 */
export async function find(session: Session, id: string): Promise<AdminRecord> {
  const client = await readRecord(clients, id, session)
  if (!client) throw notFound(id)
  return client
}

function notFound(id: string): CliError {
  return new CliError(`There is no client ${id}.`)
}

function show(session: Session, record: AdminRecord, secret?: string, more: JsonRecord = {}): Output {
  const { client_id: id = null, ...rest } = clientJson(session, record)
  const json = { client_id: id, ...(secret !== undefined && { client_secret: secret }), ...rest, ...more }
  const text = formatRecord(json, clients, session.provider)
  if (secret === undefined) return { json, text }
  return { json, text: (screen) => `${text(screen)}\n\nKeep the secret: it is not shown again.` }
}

/** Returns a client as the command line has always shown it: its type is called `client_type`. */
function clientJson({ provider }: Session, record: AdminRecord): JsonRecord {
  const { client_id: id = null, type = null, ...rest } = recordJson(clients, record, provider)
  const others = Object.entries(rest).filter(([name]) => name !== 'secrets')
  return { client_id: id, client_type: type, ...Object.fromEntries(others) }
}

function parseDuration(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(amount) * (UNITS[unit] ?? 0)
  if (seconds > 0 && seconds <= 365 * DAY) return seconds
  throw new InvalidArgumentError('It must be a duration of at most a year, such as 30m, 24h or 7d.')
}
