import { setTimeout } from 'node:timers/promises'

/** Milliseconds for which another process may hold the local database. */
const PATIENCE = 60_000

/** Signs of a lock: workerd names it, or hides it behind an internal error after logging it. */
const BUSY = /SQLITE_BUSY|SQLITE_LOCKED|database (?:table )?is locked|internal error; reference/

/** Returns whether an error of workerd or wrangler, or its cause, shows that another process holds the local database. */
export function isBusy(error: unknown): boolean {
  if (BUSY.test(String(error))) return true
  return error instanceof Error && error.cause !== undefined && isBusy(error.cause)
}

/**
 * Retries, ever more slowly, while another process holds the local database.
 * @param work may be repeated, as a
 * transaction that hit a lock wrote nothing
 */
export async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE
  for (let pause = 20; ; pause = Math.min(pause * 2, 1000)) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
      // Random delays keep waiting processes from retrying at the same moment.
      await setTimeout(pause * (0.5 + Math.random()))
    }
  }
}

/** Returns a local database that waits for other processes, as a deployed one does by itself. */
export function patientD1(db: D1Database): D1Database {
  const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> =>
    whileBusy(() => db.batch(statements))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store's only door to D1 uses no more of it
  return { batch, prepare: (sql: string) => db.prepare(sql) } as unknown as D1Database
}
