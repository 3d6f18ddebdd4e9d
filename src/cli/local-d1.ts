import type { ChildProcess } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { run } from '../store/d1/run.ts'
import { CliError } from './cli-error.ts'
import { loadWrangler, readWorkerConfig, type WorkerConfig } from './config.ts'
import { runWrangler } from './wrangler.ts'

/** An open D1 database. */
export interface OpenD1 {
  readonly db: D1Database
  readonly close: () => Promise<void>
}

/**
 * Opens the D1 database of a local state, the same that `npm start` serves from, and applies the migrations that it lacks.
 * @param persistTo the folder of the local state
 * @param onSpawn gets the process that applies migrations, to end it with this one
 * @throws {CliError} a migration failed
 */
export async function openLocalD1(
  persistTo: string,
  onSpawn?: (child: ChildProcess) => void,
): Promise<OpenD1> {
  const config = await readWorkerConfig()
  const opened = await open(persistTo)
  if ((await missingMigrations(opened.db, config)).length === 0) return opened
  await opened.close()
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', persistTo]
  const { stderr, stdout } = await runWrangler(args, onSpawn ? { onSpawn } : {})
  const migrated = await open(persistTo)
  // Another process may have applied them first, so that what failed here is done all the same.
  const missing = await missingMigrations(migrated.db, config)
  if (missing.length === 0) return migrated
  await migrated.close()
  throw new CliError(
    `The migration ${missing.join(', ')} could not be applied to ${persistTo}.\n${stdout}${stderr}`,
  )
}

async function open(persistTo: string): Promise<OpenD1> {
  const { getPlatformProxy } = await loadWrangler()
  const persist = { path: join(persistTo, 'v3') }
  const { dispose, env } = await getPlatformProxy<{ readonly DB: D1Database }>({
    persist,
    remoteBindings: false,
  })
  return { db: env.DB, close: dispose }
}

/** Files of migrations that wrangler has not noted in the database. */
async function missingMigrations(
  db: D1Database,
  { migrationsDir }: WorkerConfig,
): Promise<readonly string[]> {
  const files = (await readdir(migrationsDir)).filter((file) => file.endsWith('.sql')).toSorted()
  const [tables] = await run<[object]>(db, [
    sql`SELECT 1 AS found FROM sqlite_master WHERE name = 'd1_migrations'`,
  ])
  if (tables.length === 0) return files
  const [applied] = await run<[{ name: string }]>(db, [sql`SELECT name FROM d1_migrations`])
  const names = new Set(applied.map(({ name }) => name))
  return files.filter((file) => !names.has(file))
}
