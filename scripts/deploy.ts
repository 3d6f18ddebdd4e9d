// `npm run deploy`: database, tables, secret, Worker, in this order. It makes only what is missing, so it may be run again.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import * as v from 'valibot'
import { CliError, UsageError } from '../src/cli/cli-error.ts'
import { readWorkerConfig, type WorkerConfig } from '../src/cli/config.ts'
import { checkKnownMigrations, listMigrations } from '../src/cli/known-migrations.ts'
import { runWrangler } from '../src/cli/wrangler.ts'
import { randomBytes, toBase64url } from '../src/crypto/bytes.ts'
import { SETTINGS } from '../src/settings/settings.ts'

/** Where secrets that were made here are kept, for Cloudflare never shows a secret again. git ignores the folder. */
const FILES = { SECRET_KEY: '.wrangler/deployed-secret-key', SETUP_TOKEN: '.wrangler/setup-token' } as const

const USAGE = 'Usage: npm run deploy [-- --dry-run]'
/** Whether nobody can sign in yet, so that /setup is open. */
const READ_WAITING = `SELECT 'waiting' AS name WHERE NOT EXISTS (SELECT 1 FROM users)
  AND NOT EXISTS (SELECT 1 FROM bookmarks WHERE name = 'setup')`
const NAMES = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([v.object({ results: v.array(v.object({ name: v.string() })) })]),
)
const NAMED = v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string() })))

async function main(args: readonly string[]): Promise<void> {
  const dryRun = args[0] === '--dry-run'
  if (args.length > (dryRun ? 1 : 0)) throw new UsageError(USAGE)
  if (dryRun) {
    await show(['deploy', '--minify', '--dry-run'])
    return
  }
  const own = readOwnKey()
  await checkSignedIn()
  await makeDatabase(await readWorkerConfig())
  // Before the Worker, so that new code never meets old tables.
  console.log('\nMigrations')
  await show(['d1', 'migrations', 'apply', 'DB', '--remote'])
  await checkDatabase(await readWorkerConfig())
  const held = await listSecrets()
  if (!held.includes('SECRET_KEY')) await giveSecretKey(own)
  const waiting = (await queryNames(READ_WAITING)).length > 0
  if (waiting && !held.includes('SETUP_TOKEN')) await giveSetupToken()
  console.log('\nWorker')
  const output = await show(['deploy', '--minify'])
  console.log(await invitation(waiting, /https:\/\/\S+/.exec(output)?.[0] ?? 'the address of the Worker'))
}

/** What to do next. */
async function invitation(waiting: boolean, url: string): Promise<string> {
  if (!waiting) return '\nDeployed.\n'
  const made = await readFile(FILES.SETUP_TOKEN, 'utf8').catch(() => null)
  const token =
    made === null
      ? 'and enter the SETUP_TOKEN that you gave it.'
      : `and enter this token:\n\n  ${made.trim()}`
  return `\nDeployed. Nobody can sign in yet: open ${url.replace(/\/$/, '')}/setup ${token}\n`
}

/** The key of the environment, for an operator who makes keys elsewhere; else null. */
function readOwnKey(): string | null {
  const { SECRET_KEY: key } = process.env
  if (!key) return null
  if (SETTINGS.secretKey.parse(key)) return key
  throw new CliError(`SECRET_KEY may hold ${SETTINGS.secretKey.expected}.`)
}

async function checkSignedIn(): Promise<void> {
  if (process.env['CLOUDFLARE_API_TOKEN']) return
  const { code } = await runWrangler(['whoami', '--json'])
  if (code === 0) return
  throw new CliError(
    'Not signed in to Cloudflare: run `npx wrangler login` once, or set CLOUDFLARE_API_TOKEN.',
  )
}

/** Makes the database that the migrations need. The KV namespace needs nobody before the Worker, which makes it itself. */
async function makeDatabase({ databaseId, databaseName }: WorkerConfig): Promise<void> {
  if (databaseId !== null) return
  const found = v.parse(NAMED, await ask(['d1', 'list', '--json']))
  if (found.some(({ name }) => name === databaseName)) return
  console.log(`Making the D1 database ${databaseName}.`)
  await ask(['d1', 'create', databaseName])
}

/** Puts no older Worker before a database that a newer one has migrated. */
async function checkDatabase({ migrationsDir }: WorkerConfig): Promise<void> {
  const applied = await queryNames('SELECT name FROM d1_migrations ORDER BY id')
  checkKnownMigrations(applied, await listMigrations(migrationsDir))
}

/** The names that a statement finds in the deployed database. It goes by its binding: the platform may have named it otherwise. */
async function queryNames(statement: string): Promise<readonly string[]> {
  const args = ['d1', 'execute', 'DB', '--remote', '--json', '--command', statement]
  const [{ results }] = v.parse(NAMES, await ask(args))
  return results.map(({ name }) => name)
}

/** The names of the secrets that the Worker holds; none if there is no Worker yet. */
async function listSecrets(): Promise<readonly string[]> {
  const { code, stderr, stdout } = await runWrangler(['secret', 'list', '--format', 'json'])
  if (code === 0) return v.parse(NAMED, stdout).map(({ name }) => name)
  if (/Worker ".*" not found/.test(stderr)) return []
  throw failed('secret list', stderr)
}

/** Gives the Worker its SECRET_KEY. Where there is no Worker yet, that makes an empty one. */
async function giveSecretKey(own: string | null): Promise<void> {
  console.log('\nGiving the Worker its SECRET_KEY.')
  await ask(['secret', 'put', 'SECRET_KEY'], own ?? (await makeSecret('SECRET_KEY')))
  if (own === null)
    console.log(`A copy is in ${FILES.SECRET_KEY}: move it to a safe place, you need it to change the key.`)
}

/** Gives the Worker the token that opens /setup, which nobody needs once there is a user. */
async function giveSetupToken(): Promise<void> {
  console.log('\nGiving the Worker its SETUP_TOKEN.')
  await ask(['secret', 'put', 'SETUP_TOKEN'], await makeSecret('SETUP_TOKEN'))
}

/** A new secret, in its file before anything else knows it; or the one of an attempt that went no further. */
async function makeSecret(name: keyof typeof FILES): Promise<string> {
  const file = FILES[name]
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${toBase64url(randomBytes(32))}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    },
  )
  return (await readFile(file, 'utf8')).trim()
}

/** Runs wrangler for its output. */
async function ask(args: readonly string[], input?: string): Promise<string> {
  const { code, stderr, stdout } = await runWrangler(args, input === undefined ? {} : { input })
  if (code !== 0) throw failed(args.join(' '), stderr || stdout)
  return stdout
}

/**
 * Runs wrangler and shows what it says while it says it.
 * @returns what it said
 */
async function show(args: readonly string[]): Promise<string> {
  let said = ''
  const onOutput = (text: string): void => {
    said += text
    process.stdout.write(text)
  }
  const { code } = await runWrangler(args, { onOutput })
  if (code !== 0) throw failed(args.join(' '), '')
  return said
}

function failed(command: string, said: string): CliError {
  return new CliError(`\`wrangler ${command}\` failed.${said && `\n${said.trim()}`}\n${AGAIN}`)
}

const AGAIN = 'Nothing that was done is lost: put it right and run npm run deploy again.'

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  const known = error instanceof CliError || error instanceof UsageError
  console.error(`error: ${known ? error.message : String(error)}`)
}
