import { sql } from 'drizzle-orm'
import { run } from './run.ts'

/** A person's address and language; the language is null if unknown. */
interface AddressRow {
  readonly email: string
  readonly locale: string | null
}

/** Reads a user's verified address and preferred language; null if there is no such address. */
export async function readVerifiedAddress(db: D1Database, userId: string): Promise<AddressRow | null> {
  const [[row]] = await run<[AddressRow]>(db, [
    sql`SELECT u.email AS email, u.profile ->> 'locale' AS locale FROM users u
      WHERE u.id = ${userId} AND u.email IS NOT NULL AND u.email_verified_at IS NOT NULL AND u.is_active = 1`,
  ])
  return row ?? null
}
