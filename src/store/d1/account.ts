import { sql, type SQL } from 'drizzle-orm'
import type { Account, RequestMark, SessionRule, WithdrawnConsent } from '../records.ts'
import type { Store } from '../store.ts'
import { auditStatement } from './audit.ts'
import { noticeStatement } from './logout-notices.ts'
import { parentsLive } from './read-tokens.ts'
import { columnsOf, run } from './run.ts'
import {
  liveSession,
  listSessions,
  type SessionRow,
  type SessionSummaryRow,
  toSession,
  toSessionSummary,
} from './sessions.ts'
import { settleThrottle } from './sign-in.ts'

interface AuthorizedClientRow {
  readonly client_id: string
  readonly name: string
  readonly url: string | null
  readonly redirect_uri: string | null
  readonly initiate_login_uri: string | null
  readonly scopes: string
  readonly since: number
  readonly last_used_at: number | null
  readonly strayed_at: number | null
}
interface ScopeRow {
  readonly name: string
  readonly description: string
}

/** See `Store.readAccount`. */
export async function readAccount(db: D1Database, sessionId: string, rule: SessionRule): Promise<Account> {
  const live = liveSession(sessionId, rule)
  const userId = sql`(SELECT l.user_id FROM (${live}) l)`
  const [sessions, authorized, summaries, scopes] = await run<
    [SessionRow, AuthorizedClientRow, SessionSummaryRow, ScopeRow]
  >(db, [
    live,
    applications(userId, rule.now),
    listSessions(userId, rule),
    sql`SELECT name, description FROM scopes LIMIT 500`,
  ])
  return {
    session: toSession(sessions[0]),
    authorizedClients: authorized.map((row) => ({
      clientId: row.client_id,
      name: row.name,
      url: row.url,
      redirectUri: row.redirect_uri,
      initiateLoginUri: row.initiate_login_uri,
      scope: [...new Set(row.scopes.split(' ').filter(Boolean))].toSorted().join(' '),
      authorizedAt: row.since,
      lastUsedAt: row.last_used_at,
      repeatedElsewhereAt: row.strayed_at,
    })),
    sessions: summaries.map(toSessionSummary),
    scopes,
  }
}

/** Condition: the grant `g` is valid, as one of its tokens and everything that it depends on are. */
function grantLives(now: number): SQL {
  return sql`(g.revoked_at IS NULL AND (g.refresh_expires_at > ${now}
    OR (g.access_revoked_at IS NULL AND g.access_expires_at > ${now})) AND ${parentsLive})`
}

/**
 * Every client that can act for a user: by a consent, under which it gets tokens, or by tokens that it has without one (the
 * password grant). Uses before its present access began, such as those before a withdrawal, do not count.
 */
function applications(userId: SQL, now: number): SQL {
  const own = sql`grants g WHERE g.user_id = ${userId} AND g.client_id = c.client_id AND g.created_at >= x.since`
  return sql`WITH held (client_id, scope, since) AS (
      SELECT a.client_id, a.scope, a.authorized_at FROM authorized_clients a
        WHERE a.user_id = ${userId} AND a.revoked_at IS NULL AND a.scope <> ''
      UNION ALL SELECT g.client_id, g.scope, g.created_at FROM grants g
        WHERE g.user_id = ${userId} AND ${grantLives(now)}),
    access (client_id, scopes, since) AS (
      SELECT client_id, group_concat(scope, ' '), min(since) FROM held GROUP BY client_id)
    SELECT ${columnsOf('c', 'client_id name url')}, x.scopes AS scopes, x.since AS since,
      c.metadata ->> 'initiate_login_uri' AS initiate_login_uri,
      (SELECT r.uri FROM client_redirect_uris r WHERE r.client_id = c.client_id ORDER BY r.position LIMIT 1) AS redirect_uri,
      (SELECT max(COALESCE(g.refreshed_at, g.created_at)) FROM ${own}) AS last_used_at,
      (SELECT max(g.strayed_at) FROM ${own} AND g.revoked_at IS NULL) AS strayed_at
    FROM access x JOIN clients c ON c.client_id = x.client_id ORDER BY x.since DESC LIMIT 500`
}

/** See `Store.withdrawConsent`. */
export async function withdrawConsent(
  db: D1Database,
  { clientId, deleteExpired, userId }: Parameters<Store['withdrawConsent']>[0],
  request: RequestMark,
): Promise<WithdrawnConsent | null> {
  const consent = sql`a.user_id = ${userId} AND a.client_id = ${clientId}`
  // When sent again, the batch counts what it ended itself, by this request's time and reason.
  const own = sql`g.user_id = ${userId} AND g.client_id = ${clientId}`
  const ended = sql`${own} AND (g.revoked_at IS NULL OR g.revoke_reason = ${reason(request)})`
  const [found] = await run<[{ name: string; refresh_tokens: number; access_tokens: number }]>(db, [
    sql`SELECT c.name AS name,
        (SELECT count(*) FROM grants g WHERE ${ended} AND g.tokens_of IS NULL
          AND g.refresh_expires_at > ${request.now}) AS refresh_tokens,
        (SELECT count(*) FROM grants g WHERE ${ended} AND g.access_revoked_at IS NULL
          AND g.access_expires_at > ${request.now}) AS access_tokens
      FROM clients c WHERE c.client_id = ${clientId} AND (EXISTS (SELECT 1 FROM authorized_clients a
          WHERE ${consent} AND (a.revoked_at IS NULL OR a.revoked_at = ${request.now}))
        OR EXISTS (SELECT 1 FROM grants g WHERE ${own} AND (${grantLives(request.now)} OR g.revoke_reason = ${reason(request)})))`,
    auditStatement(
      { type: 'tokens_revoked', actor: userId, userId, clientId },
      request,
      sql`WHERE NOT EXISTS (SELECT 1 FROM authorized_clients a WHERE ${consent} AND a.revoked_at IS NULL)
        AND EXISTS (SELECT 1 FROM grants g WHERE ${own} AND ${grantLives(request.now)})`,
    ),
    auditStatement(
      { type: 'consent_withdrawn', actor: userId, userId, clientId, subject: sql`a.id` },
      request,
      sql`FROM authorized_clients a WHERE ${consent} AND a.revoked_at IS NULL`,
    ),
    sql`UPDATE authorized_clients AS a SET revoked_at = ${request.now} WHERE ${consent} AND a.revoked_at IS NULL`,
    revokeGrants(own, reason(request), request),
    ...(deleteExpired ? [deleteTokens(own)] : []),
  ])
  const [row] = found
  return row
    ? { clientName: row.name, refreshTokens: row.refresh_tokens, accessTokens: row.access_tokens }
    : null
}

function reason({ id }: RequestMark): string {
  return `consent withdrawn ${id}`
}

function revokeGrants(which: SQL, why: string, { now }: RequestMark): SQL {
  return sql`UPDATE grants AS g SET revoked_at = ${now}, revoke_reason = ${why} WHERE ${which} AND g.revoked_at IS NULL`
}

function deleteTokens(which: SQL): SQL {
  return sql`UPDATE grants AS g SET access_expires_at = NULL WHERE ${which}`
}

/** See `Store.changePassword`. */
export async function changePassword(
  db: D1Database,
  change: Parameters<Store['changePassword']>[0],
  request: RequestMark,
): Promise<boolean> {
  const { newHash, sessionId, signIn, userId } = change
  const others = sql`user_id = ${userId} AND id <> ${sessionId}`
  const changed = sql`EXISTS (SELECT 1 FROM users u WHERE u.id = ${userId} AND u.password_hash = ${newHash})`
  const results = await run<{ id: string }[]>(db, [
    sql`UPDATE users SET password_hash = ${newHash}, password_changed_at = ${request.now}
      WHERE id = ${userId} AND password_hash = ${signIn.passwordHash} AND is_active = 1`,
    noticeStatement(sql`${others} AND ${changed}`, request),
    sql`UPDATE sessions SET revoked_at = ${request.now} WHERE ${others} AND revoked_at IS NULL AND ${changed}`,
    // The password was just entered again, so codes that this session requests are newer than the new password.
    sql`UPDATE sessions SET auth_time = ${request.now}, vouched_at = NULL WHERE id = ${sessionId} AND user_id = ${userId} AND ${changed}`,
    sql`DELETE FROM remembered_browsers WHERE user_id = ${userId} AND ${changed}`,
    // Applications have to ask again.
    sql`UPDATE authorized_clients SET revoked_at = ${request.now} WHERE user_id = ${userId} AND revoked_at IS NULL AND ${changed}`,
    revokeGrants(sql`g.user_id = ${userId} AND ${changed}`, 'password_changed', request),
    ...(change.deleteExpired ? [deleteTokens(sql`g.user_id = ${userId} AND ${changed}`)] : []),
    ...settleThrottle(signIn.throttleKeys),
    auditStatement({ type: 'password_changed', actor: userId, userId }, request, sql`WHERE ${changed}`),
    sql`SELECT id FROM users WHERE id = ${userId} AND password_hash = ${newHash}`,
  ])
  return results.at(-1)?.length === 1
}
