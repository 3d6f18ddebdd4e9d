import { ConfigurationError } from '../errors.ts'

/** Whatever has the Worker's bindings, as a provider does. */
export interface Bound {
  readonly bindings: { readonly DB?: D1Database }
}

/**
 * Creates the storage of a feature over the database that the Worker is bound to, once for each database.
 * @param stored what is stored there, as the error says it: `passkeys are stored there`
 * @returns a function that throws a ConfigurationError if no database is bound
 */
export function storeOver<T extends object>(
  createStore: (db: D1Database) => T,
  stored: string,
): (bound: Bound) => T {
  const stores = new WeakMap<D1Database, T>()
  return ({ bindings: { DB } }) => {
    if (!DB) throw new ConfigurationError('DB', `is not bound; ${stored}`)
    const store = stores.get(DB) ?? createStore(DB)
    stores.set(DB, store)
    return store
  }
}
