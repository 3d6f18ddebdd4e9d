import { sql, type SQL } from 'drizzle-orm'
import type { PasswordSignIn, RequestMark, ThrottleKeys } from '../records.ts'

/** Returns the statements that a correct password requires besides its sign-in: a stronger hash, the time, and the throttle. */
export function signInStatements(userId: string | null, signIn: PasswordSignIn, request: RequestMark): SQL[] {
  return [
    sql`UPDATE users SET last_sign_in_at = ${request.now}, password_hash = ${signIn.rehash ?? signIn.passwordHash}
      WHERE id = ${userId} AND password_hash = ${signIn.passwordHash} AND is_active = 1`,
    ...settleThrottle(signIn.throttleKeys),
  ]
}

/**
 * Returns the statements that write the row of a user who is kept elsewhere, before anything that belongs to it. Its key
 * contains a character that no username has, so it occupies nobody's name.
 */
export function externalUserStatements(
  { external, passwordHash }: PasswordSignIn,
  { now }: RequestMark,
): SQL[] {
  if (!external) return []
  const { email, id, username } = external
  return [
    sql`INSERT INTO users (id, username, username_key, email, password_hash, password_changed_at, created_at)
      VALUES (${id}, ${username}, ${`external\n${id}`}, ${email}, ${passwordHash}, 0, ${now})
      ON CONFLICT (id) DO UPDATE SET username = excluded.username, email = excluded.email,
        email_verified_at = CASE WHEN email IS excluded.email THEN email_verified_at END
      WHERE password_hash = excluded.password_hash`,
  ]
}

/**
 * Resets the throttle of the account and subtracts this attempt from the network's. The account's row is deleted last and
 * the network's statement checks for it, so that the batch sent again subtracts nothing twice.
 */
export function settleThrottle({ account, network, user }: ThrottleKeys): SQL[] {
  return [
    sql`UPDATE throttle SET count = count - 1 WHERE key = ${network} AND count > 0
      AND EXISTS (SELECT 1 FROM throttle a WHERE a.key = ${account})`,
    sql`DELETE FROM throttle WHERE key IN (${account}, ${user ?? null})`,
  ]
}
