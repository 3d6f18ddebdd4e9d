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
import { hasAddress } from './email-keys.ts'
import { noticeStatement } from './logout-notices.ts'
import { columnsOf, run } from './run.ts'
import { externalUserStatements, signInStatements } from './sign-in.ts'

/** A session as `liveSession` reads it. */
export interface SessionRow {
  readonly id: string
  readonly auth_time: number
  readonly vouched_at: number | null
  readonly last_seen_at: number
  readonly amr: string | null
  readonly user_id: string
  readonly username: string
  readonly email: string | null
  readonly is_staff: number
  readonly no_password: number
}

/** A valid session with its user: not ended, within both limits, the user active, and with a second factor if one is required. */
export function liveSession(id: string, rule: SessionRule): SQL {
  const { idleDelta, now } = rule
  return sql`SELECT ${columnsOf('s', 'id auth_time vouched_at last_seen_at amr')},
      u.id AS user_id, ${columnsOf('u', 'username email is_staff')},
      u.password_hash = '!' AS no_password
    FROM sessions s JOIN users u ON u.id = s.user_id AND u.is_active = 1
    WHERE s.id = ${id} AND s.revoked_at IS NULL AND s.expires_at > ${now} AND s.last_seen_at > ${now - idleDelta}
      AND ${lacksNothing(rule)}`
}

/** Condition: the session `s` of the user `u` has the second factor, if the rule demands it. */
function lacksNothing({ secondFactor }: SessionRule): SQL {
  switch (secondFactor) {
    case 'own':
      return sql`(s.second_factor_at IS NOT NULL OR u.second_factor_at IS NULL)`
    case 'staff':
      return sql`(s.second_factor_at IS NOT NULL OR (u.second_factor_at IS NULL AND u.is_staff = 0))`
    case 'everybody':
      return sql`s.second_factor_at IS NOT NULL`
    case undefined:
      return sql`1`
  }
}

/** The session of a row. */
export function toSession(row: SessionRow | undefined): Session | null {
  if (!row) return null
  const user = { id: row.user_id, username: row.username, email: row.email, isStaff: row.is_staff === 1 }
  const amr = (row.amr ?? 'pwd').split(' ')
  const has = row.no_password === 1 ? { hasPassword: false } : {}
  const vouched = row.vouched_at === null ? {} : { vouchedAt: row.vouched_at }
  return { id: row.id, user, authTime: row.auth_time, ...vouched, lastSeenAt: row.last_seen_at, amr, ...has }
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

/**
 * Returns the statements that save a sign-in, in place of the browser's previous session.
 * @param may what must hold for
 * the user `u`
 */
export function insertSession(
  session: Omit<SessionCommit, 'userId' | 'vouchedAt'> & {
    readonly userId: SQL | string
    readonly vouchedAt?: SQL | number | null
  },
  may: SQL,
  request: RequestMark,
): SQL[] {
  return [
    sql`INSERT INTO sessions (id, user_id, auth_time, vouched_at, amr, second_factor_at, last_seen_at, expires_at, user_agent, network, place)
      SELECT ${session.id}, u.id, ${request.now}, ${session.vouchedAt ?? null}, ${session.amr.join(' ')},
        ${session.amr.includes('mfa') ? request.now : null}, ${request.now}, ${session.expiresAt}, ${session.userAgent}, ${request.network},
        ${session.place ?? null}
      FROM users u WHERE u.id = ${session.userId} AND u.is_active = 1 AND ${may} ON CONFLICT DO NOTHING`,
    // Clients learn that the previous person has left, but not if the same person signs in again.
    noticeStatement(
      sql`s.id = ${session.replaces} AND s.user_id <> ${session.userId} AND EXISTS (SELECT 1 FROM sessions n WHERE n.id = ${session.id})`,
      request,
    ),
    // A session that an attacker planted, or that another person left behind, ends with the new one.
    sql`UPDATE sessions SET revoked_at = ${request.now} WHERE id = ${session.replaces} AND revoked_at IS NULL
      AND EXISTS (SELECT 1 FROM sessions n WHERE n.id = ${session.id})`,
    ...undoDeletion(session, request),
  ]
}

/** A user who signs in keeps an account that was scheduled for deletion. */
function undoDeletion({ id }: Pick<SessionCommit, 'id'>, request: RequestMark): SQL[] {
  const kept = sql`users.deletion_at IS NOT NULL AND users.id = (SELECT n.user_id FROM sessions n WHERE n.id = ${id})`
  return [
    auditStatement(
      { type: 'deletion_undone', actor: sql`users.id`, userId: sql`users.id` },
      request,
      sql`FROM users WHERE ${kept}`,
    ),
    sql`UPDATE users SET deletion_at = NULL WHERE ${kept}`,
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
): Promise<'created' | 'username taken' | 'email taken' | 'invitation gone'> {
  const { invitation, usernameKey, usernameSkeleton } = user
  const looksTaken = sql`EXISTS (SELECT 1 FROM users u WHERE u.id <> ${user.id}
    AND (u.username_key = ${usernameKey} OR u.username_skeleton = ${usernameSkeleton}))`
  const addressTaken =
    user.emailKey === null
      ? sql`0`
      : sql`EXISTS (SELECT 1 FROM users o WHERE o.id <> ${user.id} AND ${hasAddress(sql`o`, user)})`
  const invited = invitation ? isInvited(invitation, user, request) : sql`1`
  const verifiedAt = invitation?.provesEmail ? request.now : null
  const results = await run<{ created: number; taken: number; invited: number }[]>(db, [
    sql`INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, email_verified_at, password_hash,
        password_changed_at, created_at, last_sign_in_at)
      SELECT ${user.id}, ${user.username}, ${usernameKey}, ${usernameSkeleton}, ${user.email}, ${user.emailKey}, ${verifiedAt},
        ${user.passwordHash}, ${request.now}, ${request.now}, ${request.now}
      WHERE NOT ${looksTaken} AND NOT ${addressTaken} AND ${invited} ON CONFLICT DO NOTHING`,
    ...(invitation
      ? [
          sql`UPDATE mail_links SET spent_at = ${request.now}, op = ${request.id}, user_id = ${user.id}
            WHERE id = ${invitation.id} AND spent_at IS NULL AND EXISTS (SELECT 1 FROM users u WHERE u.id = ${user.id})`,
        ]
      : []),
    auditStatement(
      { type: 'user_created', actor: user.id, userId: user.id },
      request,
      sql`FROM users WHERE id = ${user.id}`,
    ),
    ...insertSession(session, sql`1`, request),
    sql`SELECT ${looksTaken} AS taken, EXISTS (SELECT 1 FROM sessions WHERE id = ${session.id}) AS created, ${invited} AS invited`,
  ])
  const answer = results.at(-1)?.[0]
  if (answer?.created === 1) return 'created'
  if (answer?.invited !== 1) return 'invitation gone'
  return answer.taken === 1 ? 'username taken' : 'email taken'
}

/**
 * Condition: the invitation is still valid, or this request has spent it; of two sign-ups with one invitation only one
 * succeeds.
 */
function isInvited(
  { id, provesEmail }: NonNullable<UserCommit['invitation']>,
  { email }: UserCommit,
  request: RequestMark,
): SQL {
  return sql`EXISTS (SELECT 1 FROM mail_links l WHERE l.id = ${id} AND l.kind = 'invite' AND l.expires_at > ${request.now}
    AND (l.spent_at IS NULL OR l.op = ${request.id}) AND ${provesEmail ? sql`l.email = ${email}` : sql`l.email IS NULL`})`
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
    // When sent again, the batch counts what it ended itself, by the time.
    sql`UPDATE sessions SET revoked_at = ${request.now}
      WHERE ${chosen} AND (revoked_at IS NULL OR revoked_at = ${request.now}) RETURNING id`,
  ])
  return ended.length
}

/** A user's valid sessions, the last used first. */
export function listSessions(userId: SQL, { idleDelta, now }: SessionRule): SQL {
  return sql`SELECT ${columnsOf('s', 'id user_agent network place auth_time last_seen_at')} FROM sessions s
    WHERE s.user_id = ${userId} AND s.revoked_at IS NULL AND s.expires_at > ${now} AND s.last_seen_at > ${now - idleDelta}
    ORDER BY s.last_seen_at DESC LIMIT 100`
}

/** A row of `listSessions`. */
export interface SessionSummaryRow {
  readonly id: string
  readonly user_agent: string
  readonly network: string | null
  readonly place: string | null
  readonly auth_time: number
  readonly last_seen_at: number
}

/** The summary of a row. */
export function toSessionSummary(row: SessionSummaryRow): SessionSummary {
  return {
    id: row.id,
    userAgent: row.user_agent,
    network: row.network,
    ...(row.place !== null && { place: row.place }),
    authTime: row.auth_time,
    lastSeenAt: row.last_seen_at,
  }
}
