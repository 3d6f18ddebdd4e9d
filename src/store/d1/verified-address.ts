import { sql, type SQL } from 'drizzle-orm'
import type { RequestMark } from '../records.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import { run } from './run.ts'

/** A person's address and language; the language is null if unknown. */
interface AddressRow {
  readonly email: string
  readonly locale: string | null
}

/** Of one user in a window, so that somebody who locks an account again and again does not fill a mailbox. */
const LOCK_NOTICES = 3
/** Seconds. */
const LOCK_WINDOW = 86_400

function addressOf(userId: string): SQL {
  return sql`SELECT u.email AS email, u.profile ->> 'locale' AS locale FROM users u
    WHERE u.id = ${userId} AND u.email IS NOT NULL AND u.email_verified_at IS NOT NULL AND u.is_active = 1`
}

/** Reads a user's verified address and preferred language; null if there is no such address. */
export async function readVerifiedAddress(db: D1Database, userId: string): Promise<AddressRow | null> {
  const [[row]] = await run<[AddressRow]>(db, [addressOf(userId)])
  return row ?? null
}

/** Counts a notice of a lock, and reads the address for it; null if there is none, or there were enough notices. */
export async function noteLock(
  db: D1Database,
  userId: string,
  request: RequestMark,
): Promise<AddressRow | null> {
  const key = `lock notice ${userId}`
  const [[row], [count]] = await run<[AddressRow, CountRow]>(db, [
    addressOf(userId),
    countAttempt(key, LOCK_WINDOW, sql`1`, request),
  ])
  return row && count && count.count <= LOCK_NOTICES ? row : null
}
