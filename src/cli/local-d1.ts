import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { run } from '../store/d1/run.ts'
import { patientD1, whileBusy } from './busy.ts'
import { CliError } from './cli-error.ts'
import { loadWrangler, readWorkerConfig, type WorkerConfig } from './config.ts'
import { checkKnownMigrations, listMigrations } from './known-migrations.ts'
import { runWrangler } from './wrangler.ts'

/** An open D1 database. */
export interface OpenD1 {
  readonly db: D1Database
  readonly close: () => Promise<void>
}

/**
 * Opens the D1 database of a local state, which `npm start` uses, too, and applies the migrations that it lacks.
 * @param persistTo the folder of the local state
 * @param onSpawn receives the process that applies migrations, to end it together with this one
 * @throws {CliError} a migration failed
 */
export async function openLocalD1(
  persistTo: string,
  onSpawn?: (child: ChildProcess) => void,
): Promise<OpenD1> {
  // Another process may be creating or migrating the database, which locks it for a moment.
  return whileBusy(() => openMigrated(persistTo, onSpawn))
}

/** Returns whether a local state has a database. */
export function hasLocalD1(persistTo: string): boolean {
  return existsSync(join(persistTo, 'v3/d1'))
}

async function openMigrated(persistTo: string, onSpawn?: (child: ChildProcess) => void): Promise<OpenD1> {
  const config = await readWorkerConfig()
  // Opening takes seconds, so a database that does not exist is not opened.
  if (existsSync(join(persistTo, 'v3'))) {
    const before = await openAndCheck(persistTo, config)
    if (before.missing.length === 0) return before
    await before.close()
  }
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', persistTo]
  const { stderr, stdout } = await runWrangler(args, onSpawn ? { onSpawn } : {})
  const after = await openAndCheck(persistTo, config)
  // Another process may have applied them first, so that they are in place although this failed.
  if (after.missing.length === 0) return after
  await after.close()
  const names = after.missing.join(', ')
  throw new CliError(`The migration ${names} could not be applied to ${persistTo}.\n${stdout}${stderr}`)
}

/** Opens a database, and lists the migration files that wrangler has not recorded in it. */
async function openAndCheck(
  persistTo: string,
  config: WorkerConfig,
): Promise<OpenD1 & { readonly missing: readonly string[] }> {
  const opened = await open(persistTo)
  try {
    return { ...opened, missing: await missingMigrations(opened.db, config) }
  } catch (error) {
    // An open database would keep the process alive.
    await opened.close()
    throw error
  }
}

async function open(persistTo: string): Promise<OpenD1> {
  const { getPlatformProxy } = await loadWrangler()
  const persist = { path: join(persistTo, 'v3') }
  const proxy = await getPlatformProxy<{ readonly DB: D1Database }>({ persist, remoteBindings: false })
  return { db: patientD1(proxy.env.DB), close: proxy.dispose }
}

async function missingMigrations(
  db: D1Database,
  { migrationsDir }: WorkerConfig,
): Promise<readonly string[]> {
  const files = await listMigrations(migrationsDir)
  const [tables] = await run<[object]>(db, [
    sql`SELECT 1 AS found FROM sqlite_master WHERE name = 'd1_migrations'`,
  ])
  if (tables.length === 0) return files
  const [applied] = await run<[{ name: string }]>(db, [sql`SELECT name FROM d1_migrations`])
  const names = new Set(applied.map(({ name }) => name))
  checkKnownMigrations([...names], files)
  return files.filter((file) => !names.has(file))
}
