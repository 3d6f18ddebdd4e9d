import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark } from '../admin-store.ts'
import type { PasswordSignIn } from '../records.ts'
import type { UpkeepStore } from '../upkeep-store.ts'
import { addUpActivity, countActivityStatement } from './activity.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { type ClientRecordRow, recordColumns, toRecord } from './client-records.ts'
import { passwordStatement, refusalStatements } from './notes.ts'
import { purge } from './purge.ts'
import { jsonList, run } from './run.ts'
import { settleThrottle } from './sign-in.ts'

/**
 * What every provider keeps up in D1.
 * @param db the D1 database, migrated
 */
export function createUpkeepStore(db: D1Database): UpkeepStore {
  return {
    async readClient(clientId) {
      const [rows] = await run<[ClientRecordRow]>(db, [
        sql`SELECT ${recordColumns} FROM clients c WHERE c.client_id = ${clientId}`,
      ])
      return rows[0] ? toRecord(rows[0]) : null
    },
    async findScopes(names) {
      const [rows] = await run<[{ readonly name: string }]>(db, [
        sql`SELECT name FROM scopes WHERE name IN ${jsonList(names)}`,
      ])
      return rows.map(({ name }) => name)
    },
    async confirmPassword(sessionId, signIn, mark) {
      const rows = (await run<{ written: number }[]>(db, confirmStatements(sessionId, signIn, mark))).at(-1)
      return rows?.[0]?.written === 1
    },
    async noteRefusal(refusal, mark) {
      await run(db, refusalStatements(refusal, mark))
    },
    async notePassword(refusal, once, mark) {
      await run(db, [passwordStatement(refusal, once, mark)])
    },
    async countActivity(kind, now) {
      await run(db, [countActivityStatement(kind, now, sql`true`)])
    },
    addUpActivity: (now) => addUpActivity(db, now),
    purge: (limit, now) => purge(db, limit, now),
    async listWithoutSkeleton(limit) {
      const [rows] = await run<[{ id: string; username: string }]>(db, [
        sql`SELECT id, username FROM users WHERE username_skeleton IS NULL LIMIT ${limit}`,
      ])
      return rows
    },
    async saveSkeletons(skeletons) {
      const given = sql`json_each(${JSON.stringify(skeletons)})`
      await run(db, [
        sql`UPDATE users SET username_skeleton = s.value ->> 'skeleton' FROM ${given} s
          WHERE users.id = s.value ->> 'id' AND users.username_skeleton IS NULL`,
      ])
    },
  }
}

function confirmStatements(sessionId: string, signIn: PasswordSignIn, mark: OperatorMark): SQL[] {
  const same = sql`s.id = ${sessionId} AND s.user_id = ${mark.actor} AND s.revoked_at IS NULL AND EXISTS (SELECT 1
    FROM users u WHERE u.id = s.user_id AND u.is_active = 1
      AND u.password_hash IN (${signIn.passwordHash}, ${signIn.rehash ?? signIn.passwordHash}))`
  return [
    auditStatement(
      { type: 'password_confirmed', actor: mark.actor, userId: mark.actor, subject: sessionId },
      mark,
      sql`FROM sessions s WHERE ${same}`,
    ),
    // A second factor that was shown before is as old as it was: the level counts from this password alone.
    sql`UPDATE sessions AS s SET auth_time = ${mark.now}, vouched_at = NULL, last_seen_at = ${mark.now}, amr = 'pwd' WHERE ${same}`,
    ...settleThrottle(signIn.throttleKeys),
    sql`SELECT ${auditWritten('password_confirmed', mark)} AS written`,
  ]
}
