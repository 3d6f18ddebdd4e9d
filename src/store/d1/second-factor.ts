import { sql, type SQL } from 'drizzle-orm'
import type { RequestMark, SessionRule } from '../records.ts'
import type {
  Passing,
  RememberedBrowser,
  SecondFactorProof,
  SecondFactorStore,
  Standing,
} from '../second-factor-store.ts'
import type { AuditType } from './audit.ts'
import { auditStatement } from './audit.ts'
import { columnsOf, jsonList, run } from './run.ts'
import { liveSession, type SessionRow, toSession } from './sessions.ts'

/** The most browsers that are remembered for a user; the oldest is forgotten first. */
const MOST_BROWSERS = 5

interface HeldRow {
  readonly lives: number
  readonly sealed_secret: string | null
  readonly last_step: number | null
  readonly has_passkey: number
}
interface CountRow {
  readonly count: number
  readonly reset_at: number
}
interface BrowserRow {
  readonly id_hash: string
  readonly user_agent: string
  readonly created_at: number
  readonly expires_at: number
}

/** Creates the storage of the second factor, in D1. */
export function createSecondFactorStore(db: D1Database): SecondFactorStore {
  return {
    async readStanding(sessionId, rule) {
      const [[session], [held]] = await run<[SessionRow, HeldRow]>(db, standingStatements(sessionId, rule))
      return toStanding(session, held)
    },
    async admit(sessionId, rule, window, request) {
      const [[count], [session], [held]] = await run<[CountRow, SessionRow, HeldRow]>(db, [
        sql`INSERT INTO throttle (key, count, reset_at, op)
          SELECT ${THROTTLED} || s.user_id, 1, ${request.now + window}, ${request.id} FROM sessions s WHERE s.id = ${sessionId}
          ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN op = excluded.op THEN count WHEN reset_at <= ${request.now} THEN 1 ELSE count + 1 END,
            reset_at = CASE WHEN reset_at <= ${request.now} THEN excluded.reset_at ELSE reset_at END, op = excluded.op
          RETURNING count, reset_at`,
        ...standingStatements(sessionId, rule),
      ])
      const standing = toStanding(session, held)
      return standing && count ? { standing, attempts: count.count, resetAt: count.reset_at } : null
    },
    async pass(passing, proof, remember, request) {
      const { id: userId } = passing.session.user
      const type = proof.kind === 'code' ? 'second_factor_given' : 'recovery_code_used'
      return written(db, passing, wasSpent(proof, userId, request), [
        spend(proof, userId, request),
        ...passStatements(passing, wasSpent(proof, userId, request), sql`${request.now}`, type, request),
        ...(remember ? rememberStatements(remember, passing) : []),
        sql`DELETE FROM throttle WHERE key = ${THROTTLED + userId} AND ${hasPassed(passing)}`,
      ])
    },
    async noteRefusal(userId, request) {
      await run(db, [auditStatement({ type: 'second_factor_refused', actor: userId, userId }, request)])
    },
    async recognise(passing, idHash, request) {
      const known = sql`FROM remembered_browsers r JOIN users o ON o.id = r.user_id WHERE r.id_hash = ${idHash}
        AND r.user_id = ${passing.session.user.id} AND r.expires_at > ${request.now} AND r.created_at >= o.second_factor_at`
      const since = sql`(SELECT r.created_at ${known})`
      const may = sql`EXISTS (SELECT 1 ${known})`
      return written(db, passing, may, passStatements(passing, may, since, null, request))
    },
    async enrol(passing, { codeHashes, sealedSecret, step }, request) {
      const { id: userId } = passing.session.user
      const own = sql`EXISTS (SELECT 1 FROM totp_secrets t WHERE t.user_id = ${userId} AND t.op = ${request.id})`
      return written(db, passing, own, [
        sql`INSERT INTO totp_secrets (user_id, sealed_secret, last_step, op, created_at)
          SELECT s.user_id, ${sealedSecret}, ${step}, ${request.id}, ${request.now} FROM sessions s
          WHERE s.id = ${passing.session.id} AND s.revoked_at IS NULL AND s.user_id = ${userId} ON CONFLICT DO NOTHING`,
        ...codeStatements(userId, codeHashes, own),
        sql`UPDATE users SET second_factor_at = ${request.now} WHERE id = ${userId} AND ${own}`,
        ...passStatements(passing, own, sql`${request.now}`, 'second_factor_added', request),
      ])
    },
    async readSecondFactor(sessionId, rule) {
      const owner = ownerOf(sessionId)
      const [[session], [held], [user], browsers] = await run<
        [SessionRow, HeldRow, { readonly since: number | null; readonly codes: number }, BrowserRow]
      >(db, [
        ...standingStatements(sessionId, rule),
        sql`SELECT u.second_factor_at AS since, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = u.id
          AND c.used_at IS NULL) AS codes FROM users u WHERE u.id = ${owner}`,
        sql`SELECT ${columnsOf('r', 'id_hash user_agent created_at expires_at')}
          FROM remembered_browsers r WHERE r.user_id = ${owner} AND r.expires_at > ${rule.now} ORDER BY r.created_at DESC`,
      ])
      const standing = toStanding(session, held)
      if (!standing?.lives || !user) return null
      return { standing, since: user.since, recoveryCodesLeft: user.codes, browsers: browsers.map(toBrowser) }
    },
    async renewRecoveryCodes(userId, codeHashes, request) {
      const has = sql`EXISTS (SELECT 1 FROM totp_secrets t WHERE t.user_id = ${userId})`
      await run(db, [
        ...codeStatements(userId, codeHashes, has),
        auditStatement({ type: 'recovery_codes_renewed', actor: userId, userId }, request, sql`WHERE ${has}`),
      ])
    },
    async removeSecondFactor(userId, request) {
      await run(db, removeSecondFactorStatements(sql`${userId}`, { ...request, actor: userId }))
    },
    async forgetBrowser(userId, idHash) {
      await run(db, [
        sql`DELETE FROM remembered_browsers WHERE user_id = ${userId}
          AND ${idHash === null ? sql`1` : sql`id_hash = ${idHash}`}`,
      ])
    },
  }
}

/** Prefix of the throttle's key; one of our ids is not personal data, so it is not hashed. */
const THROTTLED = 'second factor of '

function ownerOf(sessionId: string): SQL {
  return sql`(SELECT x.user_id FROM sessions x WHERE x.id = ${sessionId})`
}

/** Reads the session, even without a second factor, and what its user has. */
function standingStatements(sessionId: string, rule: SessionRule): SQL[] {
  const owner = ownerOf(sessionId)
  return [
    liveSession(sessionId, { ...rule, secondFactor: undefined }),
    sql`SELECT EXISTS (${liveSession(sessionId, rule)}) AS lives,
      (SELECT t.sealed_secret FROM totp_secrets t WHERE t.user_id = ${owner}) AS sealed_secret,
      (SELECT t.last_step FROM totp_secrets t WHERE t.user_id = ${owner}) AS last_step,
      EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = ${owner}) AS has_passkey`,
  ]
}

function toStanding(row: SessionRow | undefined, held: HeldRow | undefined): Standing | null {
  const session = toSession(row)
  if (!session || !held) return null
  return {
    session,
    lives: held.lives === 1,
    sealedSecret: held.sealed_secret,
    lastStep: held.last_step ?? 0,
    hasPasskey: held.has_passkey === 1,
  }
}

function toBrowser(row: BrowserRow): RememberedBrowser {
  return {
    idHash: row.id_hash,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

/** The first request gets the code, and recognizes it as its own when sent again. */
function spend(proof: SecondFactorProof, userId: string, { id, now }: RequestMark): SQL {
  return proof.kind === 'code'
    ? sql`UPDATE totp_secrets SET last_step = ${proof.step}, op = ${id} WHERE user_id = ${userId} AND last_step < ${proof.step}`
    : sql`UPDATE recovery_codes SET used_at = ${now}, op = ${id}
        WHERE user_id = ${userId} AND code_hash = ${proof.codeHash} AND used_at IS NULL`
}

function wasSpent(proof: SecondFactorProof, userId: string, { id }: RequestMark): SQL {
  return proof.kind === 'code'
    ? sql`EXISTS (SELECT 1 FROM totp_secrets t WHERE t.user_id = ${userId} AND t.last_step = ${proof.step} AND t.op = ${id})`
    : sql`EXISTS (SELECT 1 FROM recovery_codes r WHERE r.user_id = ${userId} AND r.code_hash = ${proof.codeHash} AND r.op = ${id})`
}

/** Gives the session its second factor, with a new id if it was not valid until now. */
function passStatements(
  { amr, newId, session }: Passing,
  may: SQL,
  since: SQL,
  type: AuditType | null,
  request: RequestMark,
): SQL[] {
  const { id, user } = session
  const how = amr.join(' ')
  const lives = sql`s.id = ${id} AND s.user_id = ${user.id} AND s.revoked_at IS NULL AND s.expires_at > ${request.now} AND ${may}`
  const statements =
    newId === null
      ? [sql`UPDATE sessions AS s SET amr = ${how}, second_factor_at = ${since} WHERE ${lives}`]
      : [
          sql`INSERT INTO sessions (id, user_id, auth_time, vouched_at, amr, second_factor_at, last_seen_at, expires_at, user_agent, network, place)
            SELECT ${newId}, s.user_id, s.auth_time, s.vouched_at, ${how}, ${since}, ${request.now}, s.expires_at, s.user_agent, s.network, s.place
            FROM sessions s JOIN users u ON u.id = s.user_id AND u.is_active = 1 WHERE ${lives} ON CONFLICT DO NOTHING`,
          sql`UPDATE sessions SET revoked_at = ${request.now} WHERE id = ${id} AND revoked_at IS NULL
            AND EXISTS (SELECT 1 FROM sessions n WHERE n.id = ${newId})`,
        ]
  if (type === null) return statements
  const event = { type, actor: user.id, userId: user.id, subject: newId ?? id }
  return [...statements, auditStatement(event, request, sql`WHERE ${may}`)]
}

/** Condition: the session has got its second factor. */
function hasPassed({ amr, newId, session }: Passing): SQL {
  return sql`EXISTS (SELECT 1 FROM sessions z WHERE z.id = ${newId ?? session.id} AND z.revoked_at IS NULL
    AND z.second_factor_at IS NOT NULL AND z.amr = ${amr.join(' ')})`
}

async function written(
  db: D1Database,
  passing: Passing,
  may: SQL,
  statements: readonly SQL[],
): Promise<boolean> {
  const results = await run<{ passed: number }[]>(db, [
    ...statements,
    sql`SELECT ${may} AND ${hasPassed(passing)} AS passed`,
  ])
  return results.at(-1)?.[0]?.passed === 1
}

function rememberStatements(browser: RememberedBrowser, passing: Passing): SQL[] {
  const { id: userId } = passing.session.user
  return [
    sql`INSERT INTO remembered_browsers (id_hash, user_id, user_agent, created_at, expires_at)
      SELECT ${browser.idHash}, ${userId}, ${browser.userAgent}, ${browser.createdAt}, ${browser.expiresAt}
      WHERE ${hasPassed(passing)} ON CONFLICT DO NOTHING`,
    sql`DELETE FROM remembered_browsers WHERE user_id = ${userId} AND id_hash NOT IN (SELECT r.id_hash
      FROM remembered_browsers r WHERE r.user_id = ${userId} ORDER BY r.created_at DESC, r.id_hash LIMIT ${MOST_BROWSERS})`,
  ]
}

function codeStatements(userId: string, codeHashes: readonly string[], may: SQL): SQL[] {
  return [
    sql`DELETE FROM recovery_codes WHERE user_id = ${userId} AND ${may} AND code_hash NOT IN ${jsonList(codeHashes)}`,
    sql`INSERT INTO recovery_codes (user_id, code_hash) SELECT ${userId}, h.value FROM json_each(${JSON.stringify(codeHashes)}) h
      WHERE ${may} ON CONFLICT DO NOTHING`,
  ]
}

/** Removes a user's second factor and records that once; sessions that have passed it stay valid. */
export function removeSecondFactorStatements(
  userId: SQL,
  mark: RequestMark & { readonly actor: string },
): SQL[] {
  return [
    auditStatement(
      { type: 'second_factor_removed', actor: mark.actor, userId: sql`u.id` },
      mark,
      sql`FROM users u WHERE u.id = ${userId} AND u.second_factor_at IS NOT NULL`,
    ),
    ...secondFactorDeletions(userId),
    sql`UPDATE users SET second_factor_at = NULL WHERE id = ${userId}`,
  ]
}

/** Deletes all rows of a user. */
export function secondFactorDeletions(userId: SQL): SQL[] {
  return [
    sql`DELETE FROM totp_secrets WHERE user_id = ${userId}`,
    sql`DELETE FROM recovery_codes WHERE user_id = ${userId}`,
    sql`DELETE FROM remembered_browsers WHERE user_id = ${userId}`,
  ]
}
