import { sql, type SQL } from 'drizzle-orm'
import type { PasswordAttempt, RequestMark } from '../records.ts'
import type { Store } from '../store.ts'
import { clientGuard, hasGrantType, proofTerms, runProven } from './client-guard.ts'
import { byRight, hasAddress } from './email-keys.ts'
import { run } from './run.ts'

interface VerdictRow {
  readonly authenticated: number
  readonly has_grant_type: number
}
/** A count as its statement returns it. */
export interface CountRow {
  readonly count: number
  readonly reset_at: number
}
interface UserRow {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly is_staff: number
  readonly password_hash: string
  readonly has_second_factor: number
}

type AttemptRows = [VerdictRow, UserRow, CountRow, CountRow, ...CountRow[]]

/** See `Store.admitPasswordAttempt`. */
export async function admitPasswordAttempt(
  db: D1Database,
  attempt: Parameters<Store['admitPasswordAttempt']>[0],
): Promise<PasswordAttempt> {
  const { address = null, client, keys, request, usernameKey } = attempt
  const guard = client ? clientGuard(proofTerms(client.proof, request.now)) : sql`1`
  const mayUse = client ? hasGrantType(sql`${`"${client.grantType}"`}`) : sql`1`
  const from = client ? sql`FROM clients c WHERE c.client_id = ${client.proof.clientId}` : sql`WHERE 1`
  const admitted = sql`EXISTS (SELECT 1 ${from} AND ${guard} AND ${mayUse})`
  const count = (key: SQL | string): SQL => countAttempt(key, attempt.window, admitted, request)
  // Whose name it is goes before whose address it is: what signed somebody in by name never signs in anybody else.
  const named = sql`(SELECT n.id FROM users n WHERE n.username_key = ${usernameKey})`
  const userId =
    address === null
      ? named
      : sql`COALESCE(${named}, (SELECT a.id FROM users a WHERE ${hasAddress(sql`a`, address)} AND a.email_verified_at IS NOT NULL
          ${byRight(sql`a`)}))`
  const statements = [
    sql`SELECT ${guard} AS authenticated, ${mayUse} AS has_grant_type ${from}`,
    sql`SELECT id, username, email, is_staff, password_hash, second_factor_at IS NOT NULL AS has_second_factor FROM users
      WHERE id = ${userId} AND is_active = 1 AND ${admitted}`,
    count(keys.account),
    count(keys.network),
    ...(keys.user === undefined ? [] : [count(sql`${keys.user} || COALESCE(${userId}, ${keys.account})`)]),
  ]
  const [verdicts, users, accounts, networks, perUser = []] = await (client
    ? runProven<AttemptRows>(db, client.proof, statements)
    : run<AttemptRows>(db, statements))
  const [user] = users
  return {
    authenticated: verdicts[0]?.authenticated === 1,
    hasGrantType: verdicts[0]?.has_grant_type === 1,
    accountAttempts: accounts[0]?.count ?? 0,
    networkAttempts: networks[0]?.count ?? 0,
    userAttempts: perUser[0]?.count ?? 0,
    accountResetAt: accounts[0]?.reset_at ?? 0,
    networkResetAt: networks[0]?.reset_at ?? 0,
    user: user
      ? {
          id: user.id,
          username: user.username,
          email: user.email,
          isStaff: user.is_staff === 1,
          passwordHash: user.password_hash,
          ...(user.has_second_factor === 1 && { hasSecondFactor: true }),
        }
      : null,
  }
}

/** Counts atomically, so that concurrent attempts see different numbers. */
export function countAttempt(
  key: SQL | string,
  window: number,
  admitted: SQL,
  { id, now }: RequestMark,
): SQL {
  return sql`INSERT INTO throttle (key, count, reset_at, op) SELECT ${key}, 1, ${now + window}, ${id} WHERE ${admitted}
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN op = excluded.op THEN count WHEN reset_at <= ${now} THEN 1 ELSE count + 1 END,
      reset_at = CASE WHEN reset_at <= ${now} THEN excluded.reset_at ELSE reset_at END,
      op = excluded.op
    RETURNING count, reset_at`
}
