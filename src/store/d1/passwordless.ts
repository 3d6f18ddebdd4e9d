import { sql } from 'drizzle-orm'
import type { PasswordlessStore } from '../passwordless-store.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { run } from './run.ts'
import { liveSession, type SessionRow, toSession } from './sessions.ts'
import { hasAnotherWay, hasPassword } from './ways-in.ts'

/** Creates the storage of accounts without a password, in D1. */
export function createPasswordlessStore(db: D1Database): PasswordlessStore {
  return {
    async readWays(sessionId, ways, rule) {
      const live = liveSession(sessionId, rule)
      const [[row], [user]] = await run<[SessionRow, { readonly another: number }]>(db, [
        live,
        sql`SELECT ${hasAnotherWay({ ...ways, password: false })} AS another FROM users u
          WHERE u.id = (SELECT l.user_id FROM (${live}) l)`,
      ])
      const session = toSession(row)
      return session && { session, hasAnother: user?.another === 1 }
    },
    async removePassword(userId, ways, request) {
      const goes = sql`u.id = ${userId} AND ${hasPassword} AND ${hasAnotherWay({ ...ways, password: false })}`
      const results = await run<{ removed: number; kept: number }[]>(db, [
        auditStatement(
          { type: 'password_removed', actor: userId, userId },
          request,
          sql`FROM users u WHERE ${goes}`,
        ),
        sql`UPDATE users AS u SET password_hash = '!' WHERE ${goes}`,
        sql`SELECT ${auditWritten('password_removed', request)} AS removed,
          EXISTS (SELECT 1 FROM users u WHERE u.id = ${userId} AND ${hasPassword}) AS kept`,
      ])
      const answer = results.at(-1)?.[0]
      if (answer?.removed === 1) return 'removed'
      return answer?.kept === 1 ? 'kept' : 'gone'
    },
  }
}
