import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { StorageError } from '../errors.ts'
import { run } from '../store/d1/run.ts'
import { CliError } from './cli-error.ts'
import { loadWrangler } from './config.ts'
import { checkKnownMigrations, listMigrations } from './known-migrations.ts'

/** Where `wrangler d1 migrations apply` records what it has applied, so that either may go on from the other. */
const RECORDS = sql`CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`

/**
 * Applies the migrations that an open local database lacks, each in one transaction. wrangler's command does the same, but
 * starts a runtime for each of them, which takes half a minute for a new database.
 * @throws {CliError} one failed, or the database has one that this version does not know
 */
export async function migrate(db: D1Database, migrationsDir: string): Promise<void> {
  for (const name of await listMissing(db, migrationsDir)) {
    try {
      await apply(db, migrationsDir, name)
    } catch (error) {
      // Another process may have applied it first.
      if (!(await listMissing(db, migrationsDir)).includes(name)) continue
      throw new CliError(`The migration ${name} could not be applied: ${reasonOf(error)}`)
    }
  }
}

async function listMissing(db: D1Database, migrationsDir: string): Promise<readonly string[]> {
  const files = await listMigrations(migrationsDir)
  const [, applied] = await run<[object, { name: string }]>(db, [
    RECORDS,
    sql`SELECT name FROM d1_migrations`,
  ])
  const names = new Set(applied.map(({ name }) => name))
  checkKnownMigrations([...names], files)
  return files.filter((file) => !names.has(file))
}

async function apply(db: D1Database, migrationsDir: string, name: string): Promise<void> {
  const { unstable_splitSqlQuery: split } = await loadWrangler()
  const statements = split(await readFile(join(migrationsDir, name), 'utf8'))
  // The record comes first, so that a second process fails there, whatever the migration does.
  const record = sql`INSERT INTO d1_migrations (name) VALUES (${name})`
  await run(db, [record, ...statements.map((statement) => sql.raw(statement))])
}

/** What the storage said, which its error keeps for the log. */
function reasonOf(error: unknown): string {
  return String(error instanceof StorageError ? error.cause : error)
}
