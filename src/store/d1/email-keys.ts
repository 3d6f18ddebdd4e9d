import { sql, type SQL } from 'drizzle-orm'

/** A key of the user `alias` that a migration has marked by a line break before it, which no key begins with. */
export function isMarked(alias: SQL): SQL {
  return sql`${alias}.email_key >= char(10) AND ${alias}.email_key < char(11)`
}

/** The user `alias` has an address: by its key or, where that is marked and says nothing yet, as it is written. */
export function hasAddress(
  alias: SQL,
  { email, emailKey }: { readonly email: string; readonly emailKey: string },
): SQL {
  return sql`(${alias}.email_key = ${emailKey} OR (${isMarked(alias)} AND lower(${alias}.email) = lower(${email})))`
}
