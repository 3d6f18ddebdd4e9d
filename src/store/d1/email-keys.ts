import { sql, type SQL } from 'drizzle-orm'

/** A key of the user `alias` that a migration has marked by a line break before it, which no key begins with. */
export function isMarked(alias: SQL): SQL {
  return sql`${alias}.email_key >= char(10) AND ${alias}.email_key < char(11)`
}

/** Orders users `alias` who have one address: whoever has proved it comes first, and a key before a marked one. */
export function byRight(alias: SQL): SQL {
  return sql`ORDER BY ${alias}.email_verified_at IS NULL, ${alias}.email_key DESC LIMIT 1`
}

/**
 * The user `alias` has an address: by its key or, where that is marked and says nothing yet, as it is written but for the
 * case of A to Z. Whoever asks whose address something is asks here, so that a marked key neither hides its user nor frees
 * the address for another.
 * @param address of which nobody has one without a key
 */
export function hasAddress(
  alias: SQL,
  { email, emailKey }: Readonly<Record<'email' | 'emailKey', SQL | string | null>>,
): SQL {
  return sql`(${alias}.email_key = ${emailKey} OR (${isMarked(alias)} AND lower(${alias}.email) = lower(${email})))`
}
