import { sql } from 'drizzle-orm'
import type { Person } from '../records.ts'

/** What is known about the user `u`, as JSON in one column. */
export const personObject = sql`json_object('id', u.id, 'username', u.username, 'email', u.email,
  'emailVerified', json(iif(u.email_verified_at IS NULL, 'false', 'true')), 'profile', json(u.profile),
  'updatedAt', max(u.created_at, COALESCE(u.profile_updated_at, 0)))`

/** Reads a `personObject`. */
export function parsePerson(json: string): Person {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own statement wrote it, like the columns of any row
  return JSON.parse(json) as Person
}
