import { sql, type SQL } from 'drizzle-orm'
import type {
  PasswordSignIn,
  RequestMark,
  Session,
  SessionCommit,
  SessionRule,
  SessionSummary,
  UserCommit,
} from '../records.ts'
import type { Store } from '../store.ts'
import { auditStatement } from './audit.ts'
import { noticeStatement } from './logout-notices.ts'
import { run } from './run.ts'
import { externalUserStatements, signInStatements } from './sign-in.ts'

/** A session as `liveSession` reads it. */
export interface SessionRow {
  readonly id: string
  readonly auth_time: number
  readonly last_seen_at: number
  readonly user_id: string
  readonly username: string
  readonly email: string | null
  readonly is_staff: number
}

/** A session that lives, with its user: not ended, within both limits, the user active. */
export function liveSession(id: string, { idleDelta, now }: SessionRule): SQL {
  return sql`SELECT s.id AS id, s.auth_time AS auth_time, s.last_seen_at AS last_seen_at, u.id AS user_id,
      u.username AS username, u.email AS email, u.is_staff AS is_staff
    FROM sessions s JOIN users u ON u.id = s.user_id AND u.is_active = 1
    WHERE s.id = ${id} AND s.revoked_at IS NULL AND s.expires_at > ${now} AND s.last_seen_at > ${now - idleDelta}`
}

/** The session of a row. */
export function toSession(row: SessionRow | undefined): Session | null {
  if (!row) return null
  const user = { id: row.user_id, username: row.username, email: row.email, isStaff: row.is_staff === 1 }
  return { id: row.id, user, authTime: row.auth_time, lastSeenAt: row.last_seen_at }
}

/** See `Store.readSession`. */
export async function readSession(db: D1Database, id: string, rule: SessionRule): Promise<Session | null> {
  const [rows] = await run<[SessionRow]>(db, [liveSession(id, rule)])
  return toSession(rows[0])
}

/** See `Store.touchSession`. */
export async function touchSession(db: D1Database, id: string, now: number): Promise<void> {
  await run(db, [
    sql`UPDATE sessions SET last_seen_at = ${now} WHERE id = ${id} AND revoked_at IS NULL AND last_seen_at < ${now}`,
  ])
}

function insertSession(session: SessionCommit, may: SQL, request: RequestMark): SQL[] {
  return [
    sql`INSERT INTO sessions (id, user_id, auth_time, last_seen_at, expires_at, user_agent, network)
      SELECT ${session.id}, u.id, ${request.now}, ${request.now}, ${session.expiresAt}, ${session.userAgent}, ${request.network}
      FROM users u WHERE u.id = ${session.userId} AND u.is_active = 1 AND ${may} ON CONFLICT DO NOTHING`,
    // A session that someone planted, or that another person left behind, does not live on beside the new one.
    sql`UPDATE sessions SET revoked_at = ${request.now} WHERE id = ${session.replaces} AND revoked_at IS NULL
      AND EXISTS (SELECT 1 FROM sessions n WHERE n.id = ${session.id})`,
  ]
}

/** See `Store.createSession`. */
export async function createSession(
  db: D1Database,
  session: SessionCommit,
  signIn: PasswordSignIn,
  request: RequestMark,
): Promise<boolean> {
  const { userId } = session
  const same = sql`u.password_hash IN (${signIn.passwordHash}, ${signIn.rehash ?? signIn.passwordHash})`
  const results = await run<{ id: string }[]>(db, [
    ...externalUserStatements(signIn, request),
    ...insertSession(session, same, request),
    ...signInStatements(userId, signIn, request),
    auditStatement(
      { type: 'signed_in', actor: userId, userId, subject: session.id },
      request,
      sql`FROM sessions WHERE id = ${session.id}`,
    ),
    sql`SELECT id FROM sessions WHERE id = ${session.id} AND revoked_at IS NULL`,
  ])
  return results.at(-1)?.length === 1
}

/** See `Store.createUser`. */
export async function createUser(
  db: D1Database,
  user: UserCommit,
  session: SessionCommit,
  request: RequestMark,
): Promise<'created' | 'username taken' | 'email taken'> {
  const { usernameKey, usernameSkeleton } = user
  const looksTaken = sql`EXISTS (SELECT 1 FROM users u WHERE u.id <> ${user.id}
    AND (u.username_key = ${usernameKey} OR u.username_skeleton = ${usernameSkeleton}))`
  const results = await run<{ created: number; taken: number }[]>(db, [
    sql`INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, password_hash,
        password_changed_at, created_at, last_sign_in_at)
      SELECT ${user.id}, ${user.username}, ${usernameKey}, ${usernameSkeleton}, ${user.email}, ${user.emailKey},
        ${user.passwordHash}, ${request.now}, ${request.now}, ${request.now} WHERE NOT ${looksTaken} ON CONFLICT DO NOTHING`,
    auditStatement(
      { type: 'user_created', actor: user.id, userId: user.id },
      request,
      sql`FROM users WHERE id = ${user.id}`,
    ),
    ...insertSession(session, sql`1`, request),
    sql`SELECT ${looksTaken} AS taken, EXISTS (SELECT 1 FROM sessions WHERE id = ${session.id}) AS created`,
  ])
  const answer = results.at(-1)?.[0]
  if (answer?.created === 1) return 'created'
  return answer?.taken === 1 ? 'username taken' : 'email taken'
}

/** See `Store.endSessions`. */
export async function endSessions(
  db: D1Database,
  which: Parameters<Store['endSessions']>[0],
  request: RequestMark,
): Promise<number> {
  const chosen = sql`${'id' in which ? sql`id = ${which.id}` : sql`id <> ${which.except}`}
    AND ${which.userId === null ? sql`1` : sql`user_id = ${which.userId}`} AND expires_at > ${request.now}`
  const [, , ended] = await run<[object, object, { id: string }]>(db, [
    noticeStatement(chosen, request),
    auditStatement(
      {
        type: 'session_ended',
        actor: sql`user_id`,
        userId: sql`user_id`,
        subject: 'id' in which ? which.id : null,
      },
      request,
      sql`FROM sessions WHERE ${chosen} AND revoked_at IS NULL`,
    ),
    // The batch sent again counts what it ended itself, by the time.
    sql`UPDATE sessions SET revoked_at = ${request.now}
      WHERE ${chosen} AND (revoked_at IS NULL OR revoked_at = ${request.now}) RETURNING id`,
  ])
  return ended.length
}

/** A user's sessions that live, the last used first. */
export function listSessions(userId: SQL, { idleDelta, now }: SessionRule): SQL {
  return sql`SELECT s.id AS id, s.user_agent AS user_agent, s.network AS network, s.auth_time AS auth_time,
      s.last_seen_at AS last_seen_at FROM sessions s
    WHERE s.user_id = ${userId} AND s.revoked_at IS NULL AND s.expires_at > ${now} AND s.last_seen_at > ${now - idleDelta}
    ORDER BY s.last_seen_at DESC LIMIT 100`
}

/** A row of `listSessions`. */
export interface SessionSummaryRow {
  readonly id: string
  readonly user_agent: string
  readonly network: string | null
  readonly auth_time: number
  readonly last_seen_at: number
}

/** The summary of a row. */
export function toSessionSummary(row: SessionSummaryRow): SessionSummary {
  return {
    id: row.id,
    userAgent: row.user_agent,
    network: row.network,
    authTime: row.auth_time,
    lastSeenAt: row.last_seen_at,
  }
}
