import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { createSession } from '../src/cli/open-store.ts'
import { seedDemo } from '../src/cli/seed.ts'
import { runWrangler } from '../src/cli/wrangler.ts'
import { LIMIT_SCHEMA } from './worker/limit.ts'

/** Where the demo client wants its answers. */
export const REDIRECT_URI = 'https://app.example/cb'

/** The Workers, each on a socket of its own: nothing stands between it and the load. */
export interface Workerd {
  readonly urls: Readonly<Record<Service, URL>>
  /** Seconds of CPU that the process has taken. */
  readonly cpuSeconds: () => Promise<number>
  readonly inspector: URL
  /** The database of the shipped Worker, and what its keys follow from. */
  readonly db: D1Database
  readonly secretKey: string
  readonly close: () => Promise<void>
}

/**
 * The shipped Worker; the same with more ways to sign in; a resource with it; the limit; and all once more, where each answer says what
 * it cost.
 */
export type Service = Plain | `counted${Capitalize<Plain>}`
type Plain = 'accounts' | 'api' | 'limit' | 'provider'

/** The Workers, and by which entrypoint of which each is asked. */
const ENTRYPOINTS: Readonly<Record<Service, readonly [worker: string, entrypoint: string]>> = {
  accounts: ['accounts', 'default'],
  api: ['beside', 'api'],
  countedAccounts: ['beside-accounts', 'countedProvider'],
  countedApi: ['beside', 'countedApi'],
  countedLimit: ['limit', 'countedLimit'],
  countedProvider: ['beside', 'countedProvider'],
  limit: ['limit', 'limit'],
  provider: ['provider', 'default'],
}
const VARS = {
  SECRET_KEY: 'a-key-for-measuring-alone-of-32-characters-or-more',
  OAUTH_ENFORCE_SECURE: 'false',
}
/** People sign in by mail, too. */
const WITH_MAIL = { ...VARS, OAUTH_DEMO: 'true', OAUTH_SIGN_IN_LINKS: 'true' }

/**
 * Builds the Workers and serves them from one workerd, with databases in memory, migrated and with the demo data.
 * @param minify as they are deployed; false leaves the names readable for a profile
 */
export async function startWorkerd({ minify = true } = {}): Promise<Workerd> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bench-'))
  const [provider, beside] = await Promise.all([
    bundle('src/index.ts', join(folder, 'provider'), minify),
    bundle('bench/worker/index.ts', join(folder, 'beside'), minify),
  ])
  const shared = {
    bindings: VARS,
    compatibilityDate: '2026-11-01',
    d1Databases: { DB: 'provider' },
    kvNamespaces: { KV: 'codes' },
    modules: true as const,
  }
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      inspectorPort: await freePort(),
      logRequests: false,
      resourcePersistencePath: join(folder, 'state'),
      telemetry: { enabled: false },
      workers: [
        { ...shared, name: 'provider', script: provider, unsafeDirectSockets: sockets('provider') },
        { ...shared, name: 'beside', script: beside, unsafeDirectSockets: sockets('beside') },
        {
          ...shared,
          bindings: WITH_MAIL,
          name: 'accounts',
          script: provider,
          unsafeDirectSockets: sockets('accounts'),
        },
        {
          ...shared,
          bindings: WITH_MAIL,
          name: 'beside-accounts',
          script: beside,
          unsafeDirectSockets: sockets('beside-accounts'),
        },
        {
          ...shared,
          d1Databases: { DB: 'limit' },
          name: 'limit',
          script: beside,
          unsafeDirectSockets: sockets('limit'),
        },
      ],
    }),
  )
  try {
    await runtime.ready
    await fill(runtime)
    const pid = await childOf(process.pid)
    return {
      urls: await urlsOf(runtime),
      cpuSeconds: () => cpuSecondsOf(pid),
      inspector: await runtime.getInspectorURL(),
      db: await database(runtime, 'provider'),
      secretKey: VARS.SECRET_KEY,
      close: () => close(runtime, folder),
    }
  } catch (error) {
    await close(runtime, folder)
    throw error
  }
}

async function close(runtime: Miniflare, folder: string): Promise<void> {
  await runtime.dispose()
  await rm(folder, { force: true, recursive: true })
}

function sockets(worker: string): { readonly entrypoint: string; readonly port: number }[] {
  const own = Object.values(ENTRYPOINTS).filter(([name]) => name === worker)
  return own.map(([, entrypoint]) => ({ entrypoint, port: 0 }))
}

async function urlsOf(runtime: Miniflare): Promise<Workerd['urls']> {
  const urls = Object.entries(ENTRYPOINTS).map(
    async ([service, [worker, name]]) => [service, await runtime.unsafeGetDirectURL(worker, name)] as const,
  )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names are those of Service
  return Object.fromEntries(await Promise.all(urls)) as Workerd['urls']
}

/** The bundle that would be deployed. */
async function bundle(entry: string, outdir: string, minify: boolean): Promise<string> {
  const { code, stderr, stdout } = await runWrangler([
    'deploy',
    entry,
    '--dry-run',
    '--outdir',
    outdir,
    ...(minify ? ['--minify'] : []),
  ])
  if (code !== 0) throw new Error(`wrangler deploy --dry-run failed.\n${stdout}${stderr}`)
  const [file = ''] = (await readdir(outdir)).filter((name) => name.endsWith('.js'))
  return readFile(join(outdir, file), 'utf8')
}

/** Applies the migrations and the demo data, and the limit's own schema. */
async function fill(runtime: Miniflare): Promise<void> {
  const db = await database(runtime, 'provider')
  const files = (await readdir('schema/migrations')).filter((file) => file.endsWith('.sql')).toSorted()
  for (const file of files) {
    const text = await readFile(join('schema/migrations', file), 'utf8')
    await db.batch(text.split('--> statement-breakpoint').map((statement) => db.prepare(statement)))
  }
  await seedDemo(createSession({ close: async () => {}, db }, VARS.SECRET_KEY), REDIRECT_URI)
  const limit = await database(runtime, 'limit')
  await limit.batch(LIMIT_SCHEMA.map((statement) => limit.prepare(statement)))
}

async function database(runtime: Miniflare, worker: string): Promise<D1Database> {
  return runtime.getD1Database('DB', worker)
}

/** The one child of a process that is workerd. */
async function childOf(parent: number): Promise<number> {
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : ''
    const [, command = '', rest = ''] = /\((.*)\) (.*)/s.exec(stat) ?? []
    if (command.startsWith('workerd') && Number(rest.split(' ')[1]) === parent) return Number(name)
  }
  throw new Error('The workerd process is not found: its CPU is read from /proc, which Linux has.')
}

/** Clock ticks a second, as Linux counts them for every process. */
const TICKS = 100

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // What follows the command's name, which may hold spaces: the fields 3 and so on of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
