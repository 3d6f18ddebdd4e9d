import { sql, type SQL } from 'drizzle-orm'
import type { PasswordSignIn, RequestMark, ThrottleKeys } from '../records.ts'

/** What a password that was right changes beside its sign-in: a stronger hash, the time, and the throttle. */
export function signInStatements(userId: string | null, signIn: PasswordSignIn, request: RequestMark): SQL[] {
  return [
    sql`UPDATE users SET last_sign_in_at = ${request.now}, password_hash = ${signIn.rehash ?? signIn.passwordHash}
      WHERE id = ${userId} AND password_hash = ${signIn.passwordHash} AND is_active = 1`,
    ...settleThrottle(signIn.throttleKeys),
  ]
}

/**
 * The row of a user of somebody else's table, which goes before whatever hangs from it. Its key holds a character that no
 * username has, so it takes no name from anybody.
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
 * The throttle forgets the account and takes this attempt back from the network. The account's row goes last and the network
 * asks for it, so the batch sent again takes nothing back twice.
 */
export function settleThrottle({ account, network }: ThrottleKeys): SQL[] {
  return [
    sql`UPDATE throttle SET count = count - 1 WHERE key = ${network} AND count > 0
      AND EXISTS (SELECT 1 FROM throttle a WHERE a.key = ${account})`,
    sql`DELETE FROM throttle WHERE key = ${account}`,
  ]
}
