import { readdir } from 'node:fs/promises'
import { CliError } from './cli-error.ts'

/** Returns the names of this version's migrations, in order. */
export async function listMigrations(migrationsDir: string): Promise<readonly string[]> {
  return (await readdir(migrationsDir)).filter((file) => file.endsWith('.sql')).toSorted()
}

/**
 * Refuses a database that a newer version has migrated: this version does not know its tables, and only a backup leads
 * back.
 * @param applied the migrations that the database has
 * @param known   those of this version
 * @throws {CliError} the database has one that this version does not know
 */
export function checkKnownMigrations(applied: readonly string[], known: readonly string[]): void {
  const newer = applied.filter((name) => !known.includes(name))
  if (newer.length === 0) return
  throw new CliError(
    `The database was migrated by a newer version (${newer.join(', ')}), which this one cannot serve. ` +
      'Use that version, or restore a backup from before.',
  )
}
