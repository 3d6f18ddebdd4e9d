import { type Command, Option } from 'commander'
import { randomId } from '../crypto/bytes.ts'
import { hashPassword } from '../identity/passwords.ts'
import { usernameSkeleton } from '../identity/skeleton.ts'
import { checkEmail, checkUsername, usernameKey } from '../identity/usernames.ts'
import type { UserRecord } from '../store/admin-store.ts'
import { CliError, UsageError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type JsonRecord, type Output } from './output.ts'
import { addNoun, addVerb, listAll, runVerb, type VerbOptions } from './verb.ts'

interface PasswordOptions extends VerbOptions {
  readonly password?: string
  readonly passwordStdin?: true
}

interface CreateOptions extends PasswordOptions {
  readonly username: string
  readonly email?: string
  readonly staff?: true
}

/** Adds the noun `user` with its verbs. */
export function addUserNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'user', 'people who sign in')
  addPasswordOptions(addVerb(noun, 'create', 'make a user'))
    .requiredOption('--username <name>', 'the name to sign in with')
    .option('--email <address>')
    .option('--staff', 'may use the admin pages')
    .action((options: CreateOptions) =>
      runWithPassword(io, options, (session, hash) => create(session, options, hash)),
    )
  addVerb(noun, 'list', 'list all users').action((options: VerbOptions) => runVerb(io, options, list))
  addPasswordOptions(
    addVerb(noun, 'set-password', "change a user's password, which ends all sessions and tokens of the user"),
  )
    .argument('<username>')
    .action((name: string, options: PasswordOptions) =>
      runWithPassword(io, options, (session, hash) => setPassword(session, name, hash)),
    )
  addVerb(noun, 'disable', 'let a user sign in no longer, and end all sessions and tokens of the user')
    .argument('<username>')
    .action((name: string, options: VerbOptions) =>
      runVerb(io, options, (session) => setActive(session, name, false)),
    )
  addVerb(noun, 'enable', 'let a disabled user sign in again')
    .argument('<username>')
    .action((name: string, options: VerbOptions) =>
      runVerb(io, options, (session) => setActive(session, name, true)),
    )
  addVerb(noun, 'delete', 'delete a user with all consents and tokens of the user')
    .argument('<username>')
    .action((name: string, options: VerbOptions) => runVerb(io, options, (session) => remove(session, name)))
}

function addPasswordOptions(verb: Command): Command {
  return verb
    .addOption(
      new Option(
        '--password <password>',
        'other users of this machine may see it: better from standard input',
      ).conflicts('passwordStdin'),
    )
    .option(
      '--password-stdin',
      'read the password from standard input; a line break at its end does not count',
    )
}

/** Hashes before the store is opened: a password that cannot be used costs nothing, and a slow one holds nothing open. */
async function runWithPassword(
  io: Io,
  options: PasswordOptions,
  work: (session: Session, passwordHash: string) => Promise<Output>,
): Promise<void> {
  const password = options.passwordStdin ? (await io.readStdin()).replace(/\r?\n$/, '') : options.password
  if (password === undefined)
    throw new UsageError('Give the password: --password-stdin or --password <password>.')
  const passwordHash = await hashPassword(password)
  await runVerb(io, options, (session) => work(session, passwordHash))
}

async function create(
  { mark, store }: Session,
  options: CreateOptions,
  passwordHash: string,
): Promise<Output> {
  const username = checkUsername(options.username)
  const email = options.email ? checkEmail(options.email) : null
  const user = await store.createUser(
    {
      id: randomId(),
      username,
      usernameKey: usernameKey(username),
      usernameSkeleton: usernameSkeleton(username),
      email,
      emailKey: email === null ? null : usernameKey(email),
      passwordHash,
      isStaff: options.staff ?? false,
    },
    mark(),
  )
  if (user === 'username taken') throw new CliError(`There is a user ${username} already.`)
  if (user === 'email taken') throw new CliError(`There is a user with the email address ${email} already.`)
  return show(user)
}

async function list({ store }: Session): Promise<Output> {
  const users = (
    await listAll(
      (page) => store.listUsers(page),
      (user) => user.usernameKey,
    )
  ).map(userRecord)
  const columns = ['username', 'email', 'is_staff', 'is_active', 'last_sign_in_at', 'id'] as const
  return { json: users, text: formatTable(users, columns, 'There are no users.') }
}

async function setPassword(
  { mark, store, throttleKey }: Session,
  name: string,
  passwordHash: string,
): Promise<Output> {
  const key = usernameKey(name)
  const account = await throttleKey(key)
  const user = await store.setPassword(key, passwordHash, account, mark())
  if (!user) throw notFound(name)
  if (account !== null) return show(user)
  const warning =
    'Failed sign-ins still count for up to 10 minutes: to clear them, give the SECRET_KEY of the Worker in the environment.'
  return { ...show(user), warning }
}

async function setActive({ mark, store }: Session, name: string, active: boolean): Promise<Output> {
  const user = await store.setUserActive(usernameKey(name), active, mark())
  if (!user) throw notFound(name)
  return show(user)
}

async function remove({ mark, store }: Session, name: string): Promise<Output> {
  const user = await findUser(store, name)
  if (!(await store.deleteUser(usernameKey(name), mark()))) throw notFound(name)
  return {
    json: userRecord(user),
    text: `The user ${user.username} is deleted, with all consents and tokens.`,
  }
}

/**
 * Finds a user.
 * @throws {CliError} there is none of this name
 */
export async function findUser(store: Session['store'], name: string): Promise<UserRecord> {
  const user = await store.readUser(usernameKey(name))
  if (!user) throw notFound(name)
  return user
}

function notFound(name: string): CliError {
  return new CliError(`There is no user ${name}.`)
}

function show(user: UserRecord): Output {
  const json = userRecord(user)
  return { json, text: formatRecord(json) }
}

function userRecord(user: UserRecord): JsonRecord {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    is_staff: user.isStaff,
    is_active: user.isActive,
    created_at: user.createdAt,
    last_sign_in_at: user.lastSignInAt,
  }
}
