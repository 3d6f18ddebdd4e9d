import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import process from 'node:process'
import { CliError } from '../src/cli/cli-error.ts'
import { localState } from '../src/cli/config.ts'
import { openLocalD1 } from '../src/cli/local-d1.ts'
import { createSession, type Session } from '../src/cli/open-store.ts'
import { readSecretKey } from '../src/cli/secret-key.ts'
import { runWrangler } from '../src/cli/wrangler.ts'
import { type DemoState, invitation, PROBES, readDemoState } from './invitation.ts'
import { filterLines } from './wrangler-lines.ts'

const DEV_VARS = '.dev.vars'

/** Puts data into a local state that was just migrated; `url` is where the provider will answer. */
export type Seed = (session: Session, url: string) => Promise<void>

const running = new Set<ChildProcess>()
let stopping = false

/** Ends what was started; without a running wrangler that is this process with what lives in it. */
function stop(): void {
  stopping = true
  if (running.size === 0) process.exit(0)
  for (const child of running) child.kill('SIGTERM')
}

function track(child: ChildProcess): void {
  running.add(child)
  child.on('close', () => {
    running.delete(child)
    // What is served together is of no use alone.
    for (const other of running) other.kill('SIGTERM')
  })
  // The signal may have come before there was a process to pass it on to.
  if (stopping) child.kill('SIGTERM')
}

function readPort(greatest: number): number {
  const text = process.env['PORT'] || '8787'
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > greatest)
    throw new CliError(`PORT holds ${text}; it may hold a number from 1 to ${greatest}.`)
  return port
}

/** Checks that nobody listens on a port, at the addresses that localhost means, before anything is started. */
async function checkPort(port: number, another = 'PORT=8788 npm start'): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const problem = await new Promise<string | undefined>((resolve) => {
      const server = createServer()
      server.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
      server.listen({ exclusive: true, host, port }, () => server.close(() => resolve(undefined)))
    })
    if (problem === 'EADDRINUSE') {
      throw new CliError(`Port ${port} is in use. Stop what listens there, or choose another: ${another}`)
    }
    if (problem === 'EACCES')
      throw new CliError(`Port ${port} is not for this user. Choose another: PORT=8787 npm start`)
  }
}

/** Migrates and seeds the local state, and reads what is left of the demo data there. */
async function prepare(persistTo: string, secretKey: string, port: number, seed: Seed): Promise<DemoState> {
  const session = createSession(await openLocalD1(persistTo), secretKey)
  try {
    await seed(session, `http://localhost:${port}`)
    return await readDemoState(session)
  } finally {
    await session.close()
  }
}

/** Serves until it is told to stop, and tells when it can be asked. */
async function serve(
  persistTo: string,
  secretKey: string,
  port: number,
  onReady: (url: string) => void,
): Promise<number> {
  // Naming the file that wrangler would read anyway lets the environment, and so our SECRET_KEY, go before it.
  const secrets = existsSync(DEV_VARS) ? ['--env-file', DEV_VARS] : []
  const options = ['--port', String(port), '--persist-to', persistTo, '--show-interactive-dev-session=false']
  const vars = [
    '--var',
    'OAUTH_ENFORCE_SECURE:false',
    '--var',
    'OAUTH_DEMO:true',
    '--var',
    'OAUTH_FETCH_LOOPBACK:true',
  ]
  const args = ['dev', ...options, ...secrets, ...vars, ...process.argv.slice(2)]
  return runDev(args, { SECRET_KEY: secretKey }, onReady)
}

/** Serves a Worker of another folder, which finds the provider by service bindings and by its port. */
async function serveBeside(folder: string, port: number, providerPort: number): Promise<number> {
  const endpoint = `INTROSPECTION_ENDPOINT:http://localhost:${providerPort}/oauth2/introspect`
  const issuer = `AUTHORIZATION_SERVER:http://localhost:${providerPort}`
  const vars = ['--var', endpoint, '--var', issuer]
  const options = ['--port', String(port), '--show-interactive-dev-session=false', ...vars]
  const args = ['dev', '--config', join(folder, 'wrangler.toml'), ...options]
  return runDev(args, {}, (url) => console.log(`\nReady on ${url}, the API of ${basename(folder)}\n`))
}

/** Runs `wrangler dev` without its noise; `onReady` is called once, when the Worker answers. */
async function runDev(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onReady: (url: string) => void,
): Promise<number> {
  let ready = false
  const probes = new Set(PROBES)
  const onLine = (line: string): boolean => {
    const url = ready ? undefined : /Ready on (http:\/\/\S+)/.exec(line)?.[1]
    if (url !== undefined) {
      ready = true
      onReady(url)
    }
    // What we ask for the invitation is no request of anybody else's.
    return probes.delete(/\] (\w+ \S+) \d{3} /.exec(line)?.[1] ?? '')
  }
  const { code } = await runWrangler(args, {
    env,
    onOutput: filterLines((line) => process.stdout.write(line), onLine),
    onErrorOutput: filterLines((line) => process.stderr.write(line)),
    onSpawn: track,
  })
  return code ?? 1
}

function failed(error: unknown): number {
  console.error(`error: ${String(error)}`)
  for (const child of running) child.kill('SIGTERM')
  return 1
}

async function run({ about, beside, seed }: Serving): Promise<number> {
  const port = readPort(beside === undefined ? 65_535 : 65_534)
  await checkPort(port)
  if (beside !== undefined) await checkPort(port + 1, `PORT=${port + 2} before the same command`)
  const persistTo = localState()
  const secretKey = await readSecretKey(persistTo)
  const demo = seed ? await prepare(persistTo, secretKey, port, seed) : null
  if (stopping) return 0
  let api: Promise<number> = Promise.resolve(0)
  const onReady = async (url: string): Promise<void> => {
    console.log(await invitation(url, about === undefined ? demo : null))
    if (about !== undefined) console.log(`${about}\n`)
    if (beside !== undefined) api = serveBeside(beside, port + 1, port).catch(failed)
  }
  const code = await serve(persistTo, secretKey, port, (url) => void onReady(url).catch(failed))
  return code || (await api)
}

/** What to serve. */
export interface Serving {
  /** Null where there is no D1 database to migrate and fill. */
  readonly seed: Seed | null
  /** What to read about it, where it is not the provider with its demo data. */
  readonly about?: string
  /** A folder whose Worker is served on the next port. */
  readonly beside?: string
}

/**
 * Serves the provider of this folder's wrangler.toml with a local state, migrated and seeded, until a signal ends it. What follows
 * the script's name on the command line goes to `wrangler dev`.
 */
export async function serveLocally(serving: Serving): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // npm may be killed without a word: then this process belongs to somebody else.
  const { ppid } = process
  setInterval(() => process.ppid === ppid || stop(), 200).unref()
  let code = 1
  try {
    code = await run(serving)
  } catch (error) {
    if (!stopping) console.error(`error: ${error instanceof CliError ? error.message : String(error)}`)
  }
  // A local database that failed to open leaves a server running, which would keep the process alive.
  process.exit(stopping ? 0 : code)
}
