import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { patientD1, whileBusy } from './busy.ts'
import { loadWrangler, readWorkerConfig } from './config.ts'
import { migrate } from './migrate.ts'

/** An open D1 database. */
export interface OpenD1 {
  readonly db: D1Database
  readonly close: () => Promise<void>
}

/**
 * Opens the D1 database of a local state, which `npm start` uses, too, and applies the migrations that it lacks.
 * @param persistTo the folder of the local state
 * @throws {CliError} a migration failed
 */
export async function openLocalD1(persistTo: string): Promise<OpenD1> {
  // Another process may be creating or migrating the database, which locks it for a moment.
  return whileBusy(() => openMigrated(persistTo))
}

/** Returns whether a local state has a database. */
export function hasLocalD1(persistTo: string): boolean {
  return existsSync(join(persistTo, 'v3/d1'))
}

async function openMigrated(persistTo: string): Promise<OpenD1> {
  const { migrationsDir } = await readWorkerConfig()
  const opened = await open(persistTo)
  try {
    await migrate(opened.db, migrationsDir)
    return opened
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
