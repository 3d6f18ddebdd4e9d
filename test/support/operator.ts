import { env } from 'cloudflare:workers'
import { randomId } from '../../src/crypto/bytes.ts'
import type { OperatorMark } from '../../src/store/admin-store.ts'

/** The time of the tests of the operators' store. */
export const NOW = 1_800_000_000

/** A request of its own, at `NOW` or some seconds later. */
export function mark(later = 0): OperatorMark {
  return { id: randomId(), now: NOW + later, network: null, actor: 'cli' }
}

/** The rows that a statement finds. */
export async function all(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await env.DB.prepare(sql).all()).results
}

/** A database that loses the reply to the first batch, so that it is sent again. */
export function sentTwice(db: D1Database): D1Database {
  let lost = false
  const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
    const results = await db.batch(statements)
    if (lost) return results
    lost = true
    throw new Error('D1_ERROR: Network connection lost.')
  }
  return { prepare: (sql: string) => db.prepare(sql), batch } as unknown as D1Database
}
