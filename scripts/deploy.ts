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

/** Where a key that was made here is kept, for Cloudflare never shows a secret again. git ignores the folder. */
const KEY_FILE = '.wrangler/deployed-secret-key'

const USAGE = 'Usage: npm run deploy [-- --dry-run]'
const APPLIED = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ results: v.array(v.object({ name: v.string() })) })),
)
const NAMED = v.pipe(v.string(), v.parseJson(), v.array(v.object({ name: v.string() })))

async function main(args: readonly string[]): Promise<void> {
  const dryRun = args[0] === '--dry-run'
  if (args.length > (dryRun ? 1 : 0)) throw new UsageError(USAGE)
  if (dryRun) return show(['deploy', '--minify', '--dry-run'])
  const own = readOwnKey()
  await checkSignedIn()
  await makeDatabase(await readWorkerConfig())
  // Before the Worker, so that new code never meets old tables.
  console.log('\nMigrations')
  await show(['d1', 'migrations', 'apply', 'DB', '--remote'])
  await checkDatabase(await readWorkerConfig())
  await makeSecret(own)
  console.log('\nWorker')
  await show(['deploy', '--minify'])
  console.log(
    '\nDeployed. The first time, make a user for yourself:\n\n' +
      '  npm run cli -- user create --username <name> --staff --remote --password-stdin\n',
  )
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
  const command = ['--command', 'SELECT name FROM d1_migrations ORDER BY id']
  const [answer] = v.parse(APPLIED, await ask(['d1', 'execute', 'DB', '--remote', '--json', ...command]))
  const applied = answer?.results.map(({ name }) => name) ?? []
  checkKnownMigrations(applied, await listMigrations(migrationsDir))
}

/** Gives the Worker its SECRET_KEY, if it has none. Where there is no Worker yet, that makes an empty one. */
async function makeSecret(own: string | null): Promise<void> {
  const { code, stderr, stdout } = await runWrangler(['secret', 'list', '--format', 'json'])
  if (code !== 0 && !/Worker ".*" not found/.test(stderr)) throw failed('secret list', stderr)
  if (code === 0 && v.parse(NAMED, stdout).some(({ name }) => name === 'SECRET_KEY')) return
  console.log('\nGiving the Worker its SECRET_KEY.')
  await ask(['secret', 'put', 'SECRET_KEY'], own ?? (await makeKey()))
  if (own === null)
    console.log(`A copy is in ${KEY_FILE}: move it to a safe place, you need it to change the key.`)
}

/** A new key, in its file before anything else knows it; or the one of an attempt that went no further. */
async function makeKey(): Promise<string> {
  await mkdir(dirname(KEY_FILE), { recursive: true })
  await writeFile(KEY_FILE, `${toBase64url(randomBytes(32))}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    },
  )
  return (await readFile(KEY_FILE, 'utf8')).trim()
}

/** Runs wrangler for its output. */
async function ask(args: readonly string[], input?: string): Promise<string> {
  const { code, stderr, stdout } = await runWrangler(args, input === undefined ? {} : { input })
  if (code !== 0) throw failed(args.join(' '), stderr || stdout)
  return stdout
}

/** Runs wrangler and shows what it says while it says it. */
async function show(args: readonly string[]): Promise<void> {
  const { code } = await runWrangler(args, { onOutput: (text) => process.stdout.write(text) })
  if (code !== 0) throw failed(args.join(' '), '')
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
