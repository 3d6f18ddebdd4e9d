import { sql, type SQL } from 'drizzle-orm'
import type { RequestMark, Session, SessionRule } from '../records.ts'
import type { LinkedAccount, ProvedIdentity, SignInProviderStore } from '../sign-in-provider-store.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { run } from './run.ts'
import { liveSession, type SessionRow, toSession } from './sessions.ts'
import { hasAnotherWay } from './ways-in.ts'

type LinkRow = Omit<LinkedAccount, 'isEnabled'> & { readonly isEnabled: number }

/** See `SignInProviderStore.spendState`. When sent again, the request recognizes the state as its own. */
export async function spendState(
  db: D1Database,
  { expiresAt, jtiHash }: ProvedIdentity['state'],
  { id }: RequestMark,
): Promise<boolean> {
  const results = await run<{ op: string }[]>(db, [
    sql`INSERT INTO used_jti (jti_hash, op, expires_at) VALUES (${jtiHash}, ${id}, ${expiresAt}) ON CONFLICT DO NOTHING`,
    sql`SELECT op FROM used_jti WHERE jti_hash = ${jtiHash}`,
  ])
  return results.at(-1)?.[0]?.op === id
}

/** Condition: this request has spent the state, and the provider `p` is the requested one, with the same domains, and enabled. */
export function mayUse({ provider, state }: ProvedIdentity, { id }: RequestMark): SQL {
  return sql`EXISTS (SELECT 1 FROM used_jti j WHERE j.jti_hash = ${state.jtiHash} AND j.op = ${id})
    AND p.id = ${provider.id} AND p.issuer = ${provider.issuer} AND p.domains = ${provider.domains} AND p.is_enabled = 1`
}

/** Condition: the time of the sign-in is the provider's own, or users of the provider `p` still count as authenticated now. */
export function isFreshEnough({ countedAsFresh }: ProvedIdentity): SQL {
  return countedAsFresh ? sql`p.counts_as_fresh = 1` : sql`1`
}

/** The link `l` of an identity. */
export function linkOf({ provider, subject }: ProvedIdentity): SQL {
  return sql`l.provider_id = ${provider.id} AND l.subject = ${subject}`
}

/** Condition: nobody is linked to the identity. */
export function isFree(identity: ProvedIdentity): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM linked_accounts l WHERE ${linkOf(identity)})`
}

/**
 * Links the identity to the user `u`.
 * @param source a FROM of `users u` and WHERE
 */
export function insertLink(
  { label, provider, subject }: ProvedIdentity,
  lastUsedAt: number | null,
  request: RequestMark,
  source: SQL,
): SQL {
  return sql`INSERT INTO linked_accounts (provider_id, issuer, subject, user_id, label, linked_at, last_used_at, op)
    SELECT ${provider.id}, ${provider.issuer}, ${subject}, u.id, ${label}, ${request.now}, ${lastUsedAt}, ${request.id} ${source}
    ON CONFLICT DO NOTHING`
}

/** See `SignInProviderStore.link`. */
export async function linkToUser(
  db: D1Database,
  identity: ProvedIdentity,
  { most, sessionId, userId }: Parameters<SignInProviderStore['link']>[1],
  request: RequestMark,
): Promise<'had' | 'linked' | 'refused' | 'taken'> {
  const source = sql`FROM users u JOIN sessions s ON s.user_id = u.id JOIN sign_in_providers p
    WHERE u.id = ${userId} AND u.is_active = 1 AND s.id = ${sessionId} AND s.revoked_at IS NULL AND ${mayUse(identity, request)}
      AND ${isFree(identity)} AND (SELECT count(*) FROM linked_accounts o WHERE o.user_id = u.id) < ${most}`
  const results = await run<{ owner: string | null; written: number; may: number }[]>(db, [
    auditStatement(
      { type: 'account_linked', actor: userId, userId, subject: identity.provider.id },
      request,
      source,
    ),
    insertLink(identity, null, request, source),
    sql`SELECT (SELECT l.user_id FROM linked_accounts l WHERE ${linkOf(identity)}) AS owner,
      ${auditWritten('account_linked', request)} AS written,
      EXISTS (SELECT 1 FROM sign_in_providers p WHERE ${mayUse(identity, request)}) AS may`,
  ])
  const answer = results.at(-1)?.[0]
  if (answer?.written === 1) return 'linked'
  if (answer?.may !== 1 || answer.owner === null) return 'refused'
  return answer.owner === userId ? 'had' : 'taken'
}

/** See `SignInProviderStore.confirm`. */
export async function confirmSession(
  db: D1Database,
  identity: ProvedIdentity,
  { authenticatedAt, id, rule }: Parameters<SignInProviderStore['confirm']>[1],
  request: RequestMark,
): Promise<boolean> {
  const own = sql`s.id = ${id} AND EXISTS (SELECT 1 FROM (${liveSession(id, rule)}) v JOIN linked_accounts l ON l.user_id = v.user_id
    JOIN sign_in_providers p ON p.id = l.provider_id AND p.issuer = l.issuer WHERE ${linkOf(identity)} AND ${mayUse(identity, request)} AND ${isFreshEnough(identity)})`
  const results = await run<{ written: number }[]>(db, [
    auditStatement(
      { type: 'sign_in_confirmed', actor: sql`s.user_id`, userId: sql`s.user_id`, subject: id },
      request,
      sql`FROM sessions s WHERE ${own}`,
    ),
    // What was shown before is as old as it was: the level counts from this sign-in alone.
    sql`UPDATE sessions AS s SET auth_time = ${request.now}, vouched_at = ${authenticatedAt}, last_seen_at = ${request.now}, amr = 'fed'
      WHERE ${own}`,
    sql`SELECT ${auditWritten('sign_in_confirmed', request)} AS written`,
  ])
  return results.at(-1)?.[0]?.written === 1
}

/** See `SignInProviderStore.readLinks`. */
export async function readLinks(
  db: D1Database,
  sessionId: string,
  rule: SessionRule,
): Promise<{ readonly session: Session; readonly links: readonly LinkedAccount[] } | null> {
  const live = liveSession(sessionId, rule)
  const [[row], links] = await run<[SessionRow, LinkRow]>(db, [
    live,
    sql`SELECT l.provider_id AS providerId, p.name AS providerName, p.is_enabled AS isEnabled, l.subject AS subject,
        l.label AS label, l.linked_at AS linkedAt, l.last_used_at AS lastUsedAt
      FROM linked_accounts l JOIN sign_in_providers p ON p.id = l.provider_id AND p.issuer = l.issuer
      WHERE l.user_id = (SELECT v.user_id FROM (${live}) v) ORDER BY l.linked_at, l.provider_id, l.subject`,
  ])
  const session = toSession(row)
  return session && { session, links: links.map((link) => ({ ...link, isEnabled: link.isEnabled === 1 })) }
}

/** See `SignInProviderStore.unlink`. */
export async function unlink(
  db: D1Database,
  { providerId, subject, userId }: Parameters<SignInProviderStore['unlink']>[0],
  ways: Parameters<SignInProviderStore['unlink']>[1],
  request: RequestMark,
): Promise<'gone' | 'kept' | 'removed'> {
  const own = sql`l.provider_id = ${providerId} AND l.subject = ${subject} AND l.user_id = ${userId}`
  const others = hasAnotherWay(ways, { link: sql`k.provider_id = ${providerId} AND k.subject = ${subject}` })
  const goes = sql`${own} AND EXISTS (SELECT 1 FROM users u WHERE u.id = l.user_id AND ${others})`
  const results = await run<{ removed: number; kept: number }[]>(db, [
    auditStatement(
      { type: 'account_unlinked', actor: userId, userId, subject: providerId },
      request,
      sql`FROM linked_accounts l WHERE ${goes}`,
    ),
    sql`DELETE FROM linked_accounts AS l WHERE ${goes}`,
    sql`SELECT ${auditWritten('account_unlinked', request)} AS removed,
      EXISTS (SELECT 1 FROM linked_accounts l WHERE ${own}) AS kept`,
  ])
  const answer = results.at(-1)?.[0]
  if (answer?.removed === 1) return 'removed'
  return answer?.kept === 1 ? 'kept' : 'gone'
}
