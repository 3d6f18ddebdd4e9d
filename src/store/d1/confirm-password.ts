import { sql } from 'drizzle-orm'
import type { RequestMark } from '../records.ts'
import type { Store } from '../store.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { run } from './run.ts'
import { settleThrottle } from './sign-in.ts'

/** See `Store.confirmPassword`. */
export async function confirmPassword(
  db: D1Database,
  { sessionId, signIn, userId }: Parameters<Store['confirmPassword']>[0],
  request: RequestMark,
): Promise<boolean> {
  const same = sql`s.id = ${sessionId} AND s.user_id = ${userId} AND s.revoked_at IS NULL AND EXISTS (SELECT 1
    FROM users u WHERE u.id = s.user_id AND u.is_active = 1
      AND u.password_hash IN (${signIn.passwordHash}, ${signIn.rehash ?? signIn.passwordHash}))`
  const results = await run<{ written: number }[]>(db, [
    auditStatement(
      { type: 'password_confirmed', actor: userId, userId, subject: sessionId },
      request,
      sql`FROM sessions s WHERE ${same}`,
    ),
    // A second factor that was shown before is as old as it was: the level counts from this password alone.
    sql`UPDATE sessions AS s SET auth_time = ${request.now}, vouched_at = NULL, last_seen_at = ${request.now}, amr = 'pwd' WHERE ${same}`,
    ...settleThrottle(signIn.throttleKeys),
    sql`SELECT ${auditWritten('password_confirmed', request)} AS written`,
  ])
  return results.at(-1)?.[0]?.written === 1
}
