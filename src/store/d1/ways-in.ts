import { sql, type SQL } from 'drizzle-orm'
import type { WaysIn } from '../ways-in.ts'

/** Condition: the user `u` has a password, as hashes differ in their first character from the placeholder for none. */
export const hasPassword: SQL = sql`u.password_hash <> '!'`

/** Condition: the user `u` can sign in by mail. */
const hasMail: SQL = sql`(u.email IS NOT NULL AND u.email_verified_at IS NOT NULL)`

/**
 * Condition: the user `u` has a passkey.
 * @param but a condition on passkeys `k` that do not count
 */
function hasPasskey(but: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id AND NOT (${but}))`
}

/**
 * Condition: the user `u` can sign in with an account elsewhere.
 * @param but a condition on links `k` that do not count
 */
function hasLinkedAccount(but: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM linked_accounts k JOIN sign_in_providers e ON e.id = k.provider_id AND e.issuer = k.issuer
    AND e.is_enabled = 1 WHERE k.user_id = u.id AND NOT (${but}))`
}

/**
 * Condition: the user `u` has another way to sign in.
 * @param ways that the settings allow
 * @param but conditions on the passkeys and links `k` that do not count
 */
export function hasAnotherWay(
  ways: WaysIn,
  { link = sql`0`, passkey = sql`0` }: { readonly link?: SQL; readonly passkey?: SQL } = {},
): SQL {
  return sql`((${ways.password} AND ${hasPassword}) OR (${ways.mail} AND ${hasMail}) OR (${ways.passkeys} AND ${hasPasskey(passkey)})
    OR (${ways.links} AND ${hasLinkedAccount(link)}))`
}
