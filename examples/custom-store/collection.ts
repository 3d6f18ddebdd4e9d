/** A table of JSON documents. */
export interface Collection<T> {
  get(id: string): T | null
  put(id: string, document: T): void
  remove(id: string): void
  /** Every document. */
  all(): readonly T[]
  /** Documents with a value in one of the indexed fields. */
  find(field: keyof T & string, value: string): readonly T[]
  /** Removes documents whose `expiresAt` has come. */
  purge(now: number): void
}

/**
 * Opens a table of JSON documents with an index over each of some fields, and makes it where it lacks.
 * @param name   a fixed name, as it becomes a part of SQL
 * @param fields fixed names, too
 */
export function openCollection<T>(
  sql: SqlStorage,
  name: string,
  fields: readonly (keyof T & string)[],
): Collection<T> {
  sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID`)
  for (const field of fields) {
    sql.exec(`CREATE INDEX IF NOT EXISTS ${name}_${field} ON ${name} (document ->> '${field}')`)
  }
  const read = (query: string, ...parameters: readonly string[]): T[] =>
    [...sql.exec<{ document: string }>(`SELECT document FROM ${name} ${query}`, ...parameters)].map(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `put` writes documents
      ({ document }) => JSON.parse(document) as T,
    )
  return {
    get: (id) => read('WHERE id = ?', id)[0] ?? null,
    put: (id, document) => {
      const upsert = 'ON CONFLICT (id) DO UPDATE SET document = excluded.document'
      sql.exec(`INSERT INTO ${name} (id, document) VALUES (?, ?) ${upsert}`, id, JSON.stringify(document))
    },
    remove: (id) => {
      sql.exec(`DELETE FROM ${name} WHERE id = ?`, id)
    },
    all: () => read(''),
    find: (field, value) => read(`WHERE document ->> '${field}' = ?`, value),
    purge: (now) => {
      sql.exec(`DELETE FROM ${name} WHERE document ->> 'expiresAt' <= ?`, now)
    },
  }
}
