import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark } from '../admin-store.ts'
import type { FirstRun, SetupStore } from '../setup-store.ts'
import { countAttempt, type CountRow } from './attempts.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { createStatements } from './new-clients.ts'
import { run } from './run.ts'
import { insertSession } from './sessions.ts'

/** Condition: there is no user, and no bookmark of an earlier first run. */
const waiting = sql`(NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM bookmarks WHERE name = 'setup'))`

/** Creates the storage of the first run, in D1. */
export function createSetupStore(db: D1Database): SetupStore {
  return {
    async readWaiting() {
      const [[row]] = await run<[{ waiting: number }]>(db, [sql`SELECT ${waiting} AS waiting`])
      return row?.waiting === 1
    },
    async admitSetup(key, window, request) {
      const [[state], [count]] = await run<[{ waiting: number }, CountRow]>(db, [
        sql`SELECT ${waiting} AS waiting`,
        countAttempt(key, window, waiting, request),
      ])
      return {
        waiting: state?.waiting === 1,
        attempts: count?.count ?? 0,
        resetAt: count?.reset_at ?? request.now,
      }
    },
    async setUp(first, mark) {
      const rows = (await run<{ written: number }[]>(db, firstRunStatements(first, mark))).at(-1)
      return rows?.[0]?.written === 1
    },
  }
}

/** The event comes first and decides: the request that writes it wins, and finds it when sent again. */
function firstRunStatements({ client, session, user }: FirstRun, mark: OperatorMark): SQL[] {
  const { now } = mark
  const won = auditWritten('user_created', mark)
  return [
    auditStatement({ type: 'user_created', actor: user.id, userId: user.id }, mark, sql`WHERE ${waiting}`),
    sql`INSERT INTO bookmarks (name, begins, ends) SELECT 'setup', ${String(now)}, ${String(now)} WHERE ${won}
      ON CONFLICT DO NOTHING`,
    sql`INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, password_hash,
        password_changed_at, is_staff, staff_since, created_at, last_sign_in_at)
      SELECT ${user.id}, ${user.username}, ${user.usernameKey}, ${user.usernameSkeleton}, ${user.email}, ${user.emailKey},
        ${user.passwordHash}, ${now}, 1, ${now}, ${now}, ${now} WHERE ${won} ON CONFLICT DO NOTHING`,
    ...insertSession(session, won, mark),
    ...(client ? createStatements(client, mark, won) : []),
    sql`SELECT ${won} AS written`,
  ]
}
