import { type Command, Option } from 'commander'
import { usernameKey } from '../identity/usernames.ts'
import { readRecord } from '../operations/records.ts'
import { recordJson, valueOf } from '../operations/resource.ts'
import { users } from '../operations/resources/users.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError, UsageError } from './cli-error.ts'
import type { Asking, ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { type PasswordOptions, readNewPassword } from './secrets.ts'
import { addLimit, addNoun, addVerb, addYes, type ListOptions, runVerb, type VerbOptions } from './verb.ts'

interface CreateOptions extends VerbOptions, Omit<PasswordOptions, 'password'> {
  /** False if the user has none. */
  readonly password?: string | false
  readonly username: string
  readonly email?: string
  readonly staff?: true
}

interface UpdateOptions extends VerbOptions {
  /** False to remove it. */
  readonly email?: string | false
  readonly staff?: boolean
}

type SetPasswordOptions = ConfirmOptions & PasswordOptions

const NOBODY_HAS_ONE =
  'OAUTH_PASSWORDS=false turns passwords off. user recovery-link creates a link to sign in with.'

/** Adds the noun `user` with its verbs. */
export function addUserNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'user', 'people who sign in')
  addPasswordOptions(addVerb(noun, 'create', 'create a user'))
    .requiredOption('--username <name>', 'the name to sign in with')
    .option('--email <address>')
    .option('--no-password', 'create the user without a password, as under OAUTH_PASSWORDS=false')
    .option('--staff', 'may use the admin pages')
    .action(async (options: CreateOptions) => {
      const { password, passwordStdin } = options
      // The password is asked for only once it is known whether there are passwords.
      const asks = password === undefined && !passwordStdin && io.ask !== null
      const given = asks ? null : await passwordOf(io, options)
      await runVerb(io, options, (session) => create(session, options, given, io), true)
    })
  addLimit(addVerb(noun, 'list', 'list all users')).action((options: ListOptions) =>
    runVerb(io, options, (session) => list(session, options)),
  )
  addVerb(noun, 'show', 'show a user')
    .argument('<username>')
    .action((name: string, options: VerbOptions) =>
      runVerb(io, options, async (session) => show(session, await findUser(session, name))),
    )
  addUpdate(noun, io)
  addPasswordOptions(
    addYes(
      addVerb(
        noun,
        'set-password',
        "change a user's password, which ends all sessions and tokens of the user",
      ),
    ),
  )
    .argument('<username>')
    .action(async (name: string, options: SetPasswordOptions) => {
      await runVerb(io, options, async (session) => {
        if (!session.provider.settings.passwords) throw new CliError(NOBODY_HAS_ONE)
        return setPassword(session, name, await readNewPassword(io, options), { ...io, options })
      })
    })
  addVerb(noun, 'recovery-link', 'create a link that restores the access of a user, once, within a day')
    .argument('<username>')
    .action((name: string, options: VerbOptions) =>
      runVerb(io, options, (session) => recoveryLink(session, name)),
    )
  addAction(noun, io, 'disable', 'no longer let a user sign in, and end all sessions and tokens of the user')
  addAction(noun, io, 'enable', 'let a disabled user sign in again')
  addYes(addVerb(noun, 'delete', 'delete a user with all consents and tokens of the user'))
    .argument('<username>')
    .action((name: string, options: ConfirmOptions) =>
      runVerb(io, options, (session) => remove(session, name, { ...io, options })),
    )
}

function addUpdate(noun: Command, io: Io): void {
  addVerb(noun, 'update', 'change a user; what you do not name stays as it is')
    .argument('<username>')
    .option('--email <address>')
    .option('--no-email', 'remove the address')
    .option('--staff', 'may use the admin pages')
    .option('--no-staff', 'may no longer use the admin pages; the sessions of the user end')
    .action(async (name: string, options: UpdateOptions) => {
      const { email, staff } = options
      const input = {
        ...(email !== undefined && { email: email === false ? '' : email }),
        ...(staff !== undefined && { is_staff: staff }),
      }
      if (Object.keys(input).length === 0) {
        throw new UsageError('Nothing to change: name at least one option. See user update --help.')
      }
      await runVerb(io, options, async (session) => {
        const done = await users.update?.(await findUser(session, name), input, session)
        if (!done) throw notFound(name)
        return show(session, await findUser(session, name))
      })
    })
}

/** Adds a verb that performs the panel's action of the same name. */
function addAction(noun: Command, io: Io, action: 'disable' | 'enable', description: string): void {
  addYes(addVerb(noun, action, description))
    .argument('<username>')
    .action((name: string, options: ConfirmOptions) =>
      runVerb(io, options, async (session) => {
        const record = await findUser(session, name)
        if (!(await actOn(users, action, record, {}, session, { ...io, options }))) throw notFound(name)
        return show(session, await findUser(session, name))
      }),
    )
}

function addPasswordOptions(verb: Command): Command {
  return verb
    .addOption(
      new Option(
        '--password <password>',
        'other users of this machine may see it; safer: --password-stdin, or the question at the terminal',
      ).conflicts('passwordStdin'),
    )
    .option('--password-stdin', 'read the password from standard input, without a trailing line break')
}

/** Reads the password of a new user; empty if the user has none. */
async function passwordOf(io: Io, { password, ...options }: CreateOptions): Promise<string> {
  return password === false
    ? ''
    : readNewPassword(io, { ...options, ...(password !== undefined && { password }) })
}

async function create(
  session: Session,
  options: CreateOptions,
  given: string | null,
  io: Io,
): Promise<Output> {
  const { email = '', staff = false, username } = options
  const { passwords } = session.provider.settings
  const password = given ?? (passwords ? await passwordOf(io, options) : '')
  const done = await users.create?.({ username, email, password, is_staff: staff }, session)
  const record = done && (await readRecord(users, done.id, session))
  if (!record) throw notFound(username)
  return show(session, record)
}

async function list(session: Session, { limit }: ListOptions): Promise<Output> {
  const records = await browseAll(session, users, 'username_key', limit)
  const json = records.map((record) => userJson(session, record))
  const columns = ['username', 'email', 'is_staff', 'is_active', 'last_sign_in_at'] as const
  return { json, text: formatTable(json, columns, 'There are no users.') }
}

async function setPassword(
  session: Session,
  name: string,
  password: string,
  asking: Asking,
): Promise<Output> {
  const record = await findUser(session, name)
  if (!(await actOn(users, 'reset-password', record, { password }, session, asking))) throw notFound(name)
  const output = show(session, await findUser(session, name))
  if ((await session.throttleKey(usernameKey(name))) !== null) return output
  const warning =
    'Failed sign-ins still count for up to 10 minutes: to clear them, provide the SECRET_KEY of the Worker in the environment.'
  return { ...output, warning }
}

async function recoveryLink(session: Session, name: string): Promise<Output> {
  const record = await findUser(session, name)
  const done = await actOn(users, 'start-recovery', record, {}, session)
  if (!done) throw new CliError(`${name} is disabled.`)
  const json = { username: valueOf(record, 'username'), recovery_link: done.secret ?? '' }
  return { json, text: `${done.text}\n${json.recovery_link}` }
}

async function remove(session: Session, name: string, asking: Asking): Promise<Output> {
  const record = await findUser(session, name)
  const done = await actOn(users, 'delete', record, {}, session, asking)
  if (!done) throw notFound(name)
  return { json: userJson(session, record), text: done.text }
}

/**
 * Finds a user by name, in any spelling of it.
 * @throws {CliError} there is none with this name
 */
export async function findUser(session: Session, name: string): Promise<AdminRecord> {
  const user = await session.store.readUser(usernameKey(name))
  const record = user && (await readRecord(users, user.id, session))
  if (!record) throw notFound(name)
  return record
}

function notFound(name: string): CliError {
  return new CliError(`There is no user ${name}.`)
}

function show(session: Session, record: AdminRecord): Output {
  const json = userJson(session, record)
  return { json, text: formatRecord(json, users) }
}

function userJson({ provider }: Session, record: AdminRecord): AdminRecord {
  return recordJson(users, record, provider)
}
