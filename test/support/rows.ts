import { env } from 'cloudflare:workers'

/** Counts what a request costs D1, by its own `meta`. */
export interface Rows {
  /** Bindings that count; give them to the Worker as variables. */
  readonly vars: { readonly DB: D1Database }
  readonly statements: number
  readonly read: number
  readonly written: number
}

/** Makes a binding that counts. All of our statements go through `batch`, see `run`. */
export function countRows(): Rows {
  const counts = { statements: 0, read: 0, written: 0 }
  const DB = new Proxy(env.DB, {
    get(database, name) {
      if (name !== 'batch') {
        const member: unknown = Reflect.get(database, name)
        return typeof member === 'function' ? (member.bind(database) as unknown) : member
      }
      return async (statements: D1PreparedStatement[]) => {
        const results = await database.batch(statements)
        for (const { meta } of results) {
          counts.statements += 1
          counts.read += meta.rows_read
          counts.written += meta.rows_written
        }
        return results
      }
    },
  })
  return {
    vars: { DB },
    get statements() {
      return counts.statements
    },
    get read() {
      return counts.read
    },
    get written() {
      return counts.written
    },
  }
}
