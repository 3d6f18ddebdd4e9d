import { type Command, Option } from 'commander'
import { usernameKey } from '../identity/usernames.ts'
import { readRecord } from '../operations/records.ts'
import { recordJson } from '../operations/resource.ts'
import { users } from '../operations/resources/users.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError } from './cli-error.ts'
import type { Asking, ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type Output } from './output.ts'
import { actOn, browseAll } from './records.ts'
import { type PasswordOptions, readNewPassword } from './secrets.ts'
import { addNoun, addVerb, addYes, runVerb, type VerbOptions } from './verb.ts'

interface CreateOptions extends VerbOptions, PasswordOptions {
  readonly username: string
  readonly email?: string
  readonly staff?: true
}

type SetPasswordOptions = ConfirmOptions & PasswordOptions

/** Adds the noun `user` with its verbs. */
export function addUserNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'user', 'people who sign in')
  addPasswordOptions(addVerb(noun, 'create', 'create a user'))
    .requiredOption('--username <name>', 'the name to sign in with')
    .option('--email <address>')
    .option('--staff', 'may use the admin pages')
    .action(async (options: CreateOptions) => {
      const password = await readNewPassword(io, options)
      await runVerb(io, options, (session) => create(session, options, password), true)
    })
  addVerb(noun, 'list', 'list all users').action((options: VerbOptions) => runVerb(io, options, list))
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
      const password = await readNewPassword(io, options)
      await runVerb(io, options, (session) => setPassword(session, name, password, { ...io, options }))
    })
  addAction(noun, io, 'disable', 'let a user sign in no longer, and end all sessions and tokens of the user')
  addAction(noun, io, 'enable', 'let a disabled user sign in again')
  addYes(addVerb(noun, 'delete', 'delete a user with all consents and tokens of the user'))
    .argument('<username>')
    .action((name: string, options: ConfirmOptions) =>
      runVerb(io, options, (session) => remove(session, name, { ...io, options })),
    )
}

/** A verb that does what the panel does under the same name. */
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
        'other users of this machine may see it: better from standard input, or asked for at the terminal',
      ).conflicts('passwordStdin'),
    )
    .option(
      '--password-stdin',
      'read the password from standard input; a line break at its end does not count',
    )
}

async function create(session: Session, options: CreateOptions, password: string): Promise<Output> {
  const { email = '', staff = false, username } = options
  const done = await users.create?.({ username, email, password, is_staff: staff }, session)
  const record = done && (await readRecord(users, done.id, session))
  if (!record) throw notFound(username)
  return show(session, record)
}

async function list(session: Session): Promise<Output> {
  const json = (await browseAll(session, users, 'username_key')).map((record) => userJson(session, record))
  const columns = ['username', 'email', 'is_staff', 'is_active', 'last_sign_in_at', 'id'] as const
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
    'Failed sign-ins still count for up to 10 minutes: to clear them, give the SECRET_KEY of the Worker in the environment.'
  return { ...output, warning }
}

async function remove(session: Session, name: string, asking: Asking): Promise<Output> {
  const record = await findUser(session, name)
  const done = await actOn(users, 'delete', record, {}, session, asking)
  if (!done) throw notFound(name)
  return { json: userJson(session, record), text: done.text }
}

/**
 * Finds a user by the name, however it is written.
 * @throws {CliError} there is none of this name
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
  return { json, text: formatRecord(json) }
}

function userJson({ provider }: Session, record: AdminRecord): AdminRecord {
  return recordJson(users, record, provider)
}
