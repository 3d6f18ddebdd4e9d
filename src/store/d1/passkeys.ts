import { sql, type SQL } from 'drizzle-orm'
import type { ChallengeSpend, Passkey, PasskeyStore, PasskeyUse } from '../passkey-store.ts'
import type { RequestMark } from '../records.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { columnsOf, run } from './run.ts'
import { insertSession, liveSession, type SessionRow, toSession } from './sessions.ts'
import { hasAnotherWay, hasPassword } from './ways-in.ts'

interface PasskeyRow {
  readonly credential_id: string
  readonly public_key: string
  readonly sign_count: number
  readonly transports: string
  readonly synced: number
  readonly backed_up: number
  readonly name: string
  readonly created_at: number
  readonly last_used_at: number | null
}

interface OwnedRow extends PasskeyRow {
  readonly user_id: string
  readonly username: string
  readonly email: string | null
  readonly is_staff: number
}

const columns = columnsOf(
  'p',
  `credential_id public_key sign_count transports synced backed_up name created_at
  last_used_at`,
)

/** Creates the storage of passkeys, in D1. */
export function createPasskeyStore(db: D1Database): PasskeyStore {
  return {
    async readPasskey(credentialId) {
      const [[row]] = await run<[OwnedRow]>(db, [
        sql`SELECT ${columns}, u.id AS user_id, ${columnsOf('u', 'username email is_staff')}
          FROM passkeys p JOIN users u ON u.id = p.user_id AND u.is_active = 1 WHERE p.credential_id = ${credentialId}`,
      ])
      if (!row) return null
      const user = { id: row.user_id, username: row.username, email: row.email, isStaff: row.is_staff === 1 }
      return { passkey: toPasskey(row), user }
    },
    async signIn(session, use, request) {
      const { userId } = session
      const results = await run<{ id: string }[]>(db, [
        ...useStatements(use, request),
        ...insertSession(session, wasUsed(use, request), request),
        sql`UPDATE users SET last_sign_in_at = ${request.now} WHERE id = ${userId} AND EXISTS (SELECT 1 FROM sessions
          WHERE id = ${session.id})`,
        auditStatement(
          { type: 'signed_in', actor: userId, userId, subject: session.id },
          request,
          sql`FROM sessions WHERE id = ${session.id}`,
        ),
        sql`SELECT id FROM sessions WHERE id = ${session.id} AND revoked_at IS NULL`,
      ])
      return results.at(-1)?.length === 1
    },
    async confirm(sessionId, amr, use, request) {
      const own = sql`id = ${sessionId} AND user_id = ${use.userId} AND revoked_at IS NULL AND ${wasUsed(use, request)}`
      const results = await run<{ id: string }[]>(db, [
        ...useStatements(use, request),
        sql`UPDATE sessions SET auth_time = ${request.now}, vouched_at = NULL, last_seen_at = ${request.now}, amr = ${amr.join(' ')},
          second_factor_at = ${request.now} WHERE ${own}`,
        auditStatement(
          { type: 'sign_in_confirmed', actor: use.userId, userId: use.userId, subject: sessionId },
          request,
          sql`FROM sessions WHERE ${own}`,
        ),
        sql`SELECT id FROM sessions WHERE ${own}`,
      ])
      return results.at(-1)?.length === 1
    },
    async readPasskeys(sessionId, rule) {
      const live = liveSession(sessionId, rule)
      const owner = sql`(SELECT l.user_id FROM (${live}) l)`
      const [[row], rows, [user]] = await run<
        [SessionRow, PasskeyRow, { readonly has_password: number; readonly declined: number }]
      >(db, [
        live,
        sql`SELECT ${columns} FROM passkeys p WHERE p.user_id = ${owner} ORDER BY p.created_at, p.credential_id`,
        sql`SELECT ${hasPassword} AS has_password, u.passkeys_declined_at IS NOT NULL AS declined FROM users u
          WHERE u.id = ${owner}`,
      ])
      const session = toSession(row)
      if (!session || !user) return null
      const flags = { hasPassword: user.has_password === 1, declined: user.declined === 1 }
      return { session, passkeys: rows.map(toPasskey), ...flags }
    },
    async add(passkey, { challenge, most, sessionId, userId }, request) {
      const { credentialId } = passkey
      const own = sql`p.credential_id = ${credentialId} AND p.user_id = ${userId} AND p.op = ${request.id}`
      const results = await run<object[]>(db, [
        spendChallenge(challenge, request),
        sql`INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, synced, backed_up, name,
            created_at, op)
          SELECT ${credentialId}, u.id, ${passkey.publicKey}, ${passkey.signCount}, ${passkey.transports.join(' ')},
            ${passkey.synced}, ${passkey.backedUp}, ${passkey.name}, ${request.now}, ${request.id}
          FROM users u JOIN sessions s ON s.user_id = u.id AND s.id = ${sessionId} AND s.revoked_at IS NULL
          WHERE u.id = ${userId} AND u.is_active = 1 AND ${isSpent(challenge, request)}
            AND (SELECT count(*) FROM passkeys o WHERE o.user_id = u.id) < ${most} ON CONFLICT DO NOTHING`,
        auditStatement(
          { type: 'passkey_added', actor: userId, userId, subject: sql`p.name` },
          request,
          sql`FROM passkeys p WHERE ${own}`,
        ),
        sql`SELECT 1 AS added FROM passkeys p WHERE ${own}`,
      ])
      return results.at(-1)?.length === 1
    },
    async rename({ credentialId, name, userId }) {
      await run(db, [
        sql`UPDATE passkeys SET name = ${name} WHERE credential_id = ${credentialId} AND user_id = ${userId}`,
      ])
    },
    async remove({ credentialId, userId, ways }, request) {
      const own = sql`p.credential_id = ${credentialId} AND p.user_id = ${userId}`
      // Its user has another way in.
      const others = hasAnotherWay(ways, { passkey: sql`k.credential_id = p.credential_id` })
      const goes = sql`${own} AND EXISTS (SELECT 1 FROM users u WHERE u.id = p.user_id AND ${others})`
      const results = await run<{ removed: number; kept: number }[]>(db, [
        auditStatement(
          { type: 'passkey_removed', actor: userId, userId, subject: sql`p.name` },
          request,
          sql`FROM passkeys p WHERE ${goes}`,
        ),
        sql`DELETE FROM passkeys AS p WHERE ${goes}`,
        sql`SELECT ${auditWritten('passkey_removed', request)} AS removed,
          EXISTS (SELECT 1 FROM passkeys p WHERE ${own}) AS kept`,
      ])
      const answer = results.at(-1)?.[0]
      if (answer?.removed === 1) return 'removed'
      return answer?.kept === 1 ? 'kept' : 'gone'
    },
    async decline(userId, now) {
      await run(db, [
        sql`UPDATE users SET passkeys_declined_at = ${now} WHERE id = ${userId} AND passkeys_declined_at IS NULL`,
      ])
    },
  }
}

function toPasskey(row: PasskeyRow): Passkey {
  return {
    credentialId: row.credential_id,
    publicKey: row.public_key,
    signCount: row.sign_count,
    transports: row.transports.split(' ').filter(Boolean),
    synced: row.synced === 1,
    backedUp: row.backed_up === 1,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }
}

/** The first request gets the challenge, and recognizes it as its own when sent again. */
function spendChallenge({ expiresAt, jtiHash }: ChallengeSpend, { id }: RequestMark): SQL {
  return sql`INSERT INTO used_jti (jti_hash, op, expires_at) VALUES (${jtiHash}, ${id}, ${expiresAt}) ON CONFLICT DO NOTHING`
}

function isSpent({ jtiHash }: ChallengeSpend, { id }: RequestMark): SQL {
  return sql`EXISTS (SELECT 1 FROM used_jti j WHERE j.jti_hash = ${jtiHash} AND j.op = ${id})`
}

/** Spends the challenge and records the use; a counter only increases (WebAuthn Level 3 7.2, step 22). */
function useStatements(
  { backedUp, challenge, credentialId, signCount, userId }: PasskeyUse,
  request: RequestMark,
): SQL[] {
  return [
    spendChallenge(challenge, request),
    sql`UPDATE passkeys SET sign_count = ${signCount}, backed_up = ${backedUp}, last_used_at = ${request.now}, op = ${request.id}
      WHERE credential_id = ${credentialId} AND user_id = ${userId} AND ${isSpent(challenge, request)}
        AND (sign_count < ${signCount} OR (sign_count = 0 AND ${signCount} = 0) OR op = ${request.id})`,
  ]
}

function wasUsed({ credentialId, userId }: PasskeyUse, { id }: RequestMark): SQL {
  return sql`EXISTS (SELECT 1 FROM passkeys k WHERE k.credential_id = ${credentialId} AND k.user_id = ${userId} AND k.op = ${id})`
}
