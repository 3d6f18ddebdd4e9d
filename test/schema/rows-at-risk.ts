/**
 * Says why a migration could lose rows. D1 runs a migration in a transaction, in which `foreign_keys=OFF` has no effect, so a table
 * that drizzle-kit rebuilds takes along what hangs from it; `defer_foreign_keys` in its place keeps the rows.
 * @param sql a migration as drizzle-kit writes it
 * @returns null where no row is at risk
 */
export function rowsAtRisk(sql: string): string | null {
  if (/PRAGMA\s+foreign_keys\s*=/i.test(sql)) {
    return 'PRAGMA foreign_keys does nothing in D1: write PRAGMA defer_foreign_keys=ON and =OFF around the rebuild'
  }
  for (const [at, table = ''] of [...sql.matchAll(/DROP TABLE [`"]?(\w+)/gi)].map(
    ({ 1: name, index }) => [index, name] as const,
  )) {
    const rebuilt = new RegExp(`RENAME TO [\`"]?${table}\\b`, 'i').test(sql)
    // Another table has taken its rows before; whether it took all that matter is for a test with rows to say.
    const moved = new RegExp(`INSERT INTO [^;]*FROM\\s+[\`"]?${table}\\b`, 'i').test(sql.slice(0, at))
    if (!rebuilt && !moved) return `DROP TABLE ${table} takes its rows along`
  }
  if (/\bDROP COLUMN\b/i.test(sql)) return 'DROP COLUMN takes its values along'
  return /^\s*DELETE\s/im.test(sql) ? 'DELETE is for the Worker, not for a migration' : null
}
