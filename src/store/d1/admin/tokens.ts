import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark, TokenAdmin } from '../../admin-store.ts'
import { auditStatement, auditSubject } from '../audit.ts'
import { rememberEnded } from '../revoke-tokens.ts'
import { run } from '../run.ts'

/** See `TokenAdmin`. */
export function tokenAdmin(db: D1Database): TokenAdmin {
  return {
    async revokeTokens(target, mark) {
      const rows = (await run<{ revoked: string | null }[]>(db, revokeStatements(target, mark))).at(-1)
      return Number(rows?.[0]?.revoked ?? 0)
    },
  }
}

/** Returns the id of a user in a statement. */
export const userId = (usernameKey: string): SQL =>
  sql`(SELECT id FROM users WHERE username_key = ${usernameKey})`

type RevokeTarget = Parameters<TokenAdmin['revokeTokens']>[0]

/**
 * Counts, then revokes. The event keeps the number, so that the batch can still return it when it is sent again and finds
 * nothing left to revoke.
 */
function revokeStatements(target: RevokeTarget, mark: OperatorMark): SQL[] {
  const { now } = mark
  const which = targetCondition(target)
  // The id of an access token ends only that token, unless its grant has nothing else.
  const alone = 'id' in target && target.id.includes('.')
  const ends = alone ? sql`${which} AND g.refresh_expires_at IS NULL` : which
  const accessLives = sql`g.access_revoked_at IS NULL AND g.access_expires_at > ${now}`
  const refreshLives = alone ? sql`0` : sql`g.refresh_expires_at > ${now} AND g.tokens_of IS NULL`
  const count = sql`SELECT COALESCE(sum((COALESCE(${accessLives}, 0)) + (COALESCE(${refreshLives}, 0))), 0) AS tokens
    FROM grants g WHERE ${which} AND g.revoked_at IS NULL`
  return [
    auditStatement(
      {
        type: 'tokens_revoked',
        actor: mark.actor,
        subject: sql`CAST(n.tokens AS text)`,
        ...auditTarget(target),
      },
      mark,
      sql`FROM (${count}) n WHERE n.tokens > 0`,
    ),
    ...('id' in target
      ? [
          auditStatement(
            {
              type: alone ? 'access_token_revoked' : 'grant_revoked',
              actor: mark.actor,
              userId: sql`g.user_id`,
              clientId: sql`g.client_id`,
              subject: target.id,
            },
            mark,
            sql`FROM grants g WHERE ${which} AND g.revoked_at IS NULL AND g.tokens_of IS NULL
              AND ${alone ? accessLives : sql`1`}`,
          ),
        ]
      : []),
    sql`UPDATE grants AS g SET access_revoked_at = ${now}, single_key = NULL, ${rememberEnded}
      WHERE ${which} AND ${accessLives}`,
    sql`UPDATE grants AS g SET revoked_at = ${now}, revoke_reason = 'operator' WHERE ${ends} AND g.revoked_at IS NULL`,
    sql`SELECT ${auditSubject('tokens_revoked', mark)} AS revoked`,
  ]
}

/** Condition: the grants `g` of the target; if the target is the id of an access token, the grant whose current one it is. */
function targetCondition(target: RevokeTarget): SQL {
  if ('id' in target) {
    const [grantId = '', sequence] = target.id.split('.')
    if (sequence !== undefined) return sql`(g.id = ${grantId} AND g.refresh_seq = ${Number(sequence)})`
    return sql`g.id IN (SELECT ${grantId} UNION ALL SELECT o.id FROM grants x JOIN grants o ON o.user_id = x.user_id
      AND o.client_id = x.client_id AND o.tokens_of = x.id WHERE x.id = ${grantId})`
  }
  const { clientId, usernameKey } = target
  if (usernameKey === null) return sql`g.client_id = ${clientId}`
  const client = clientId === null ? sql`true` : sql`g.client_id = ${clientId}`
  return sql`(g.user_id = ${userId(usernameKey)} AND ${client})`
}

function auditTarget(target: RevokeTarget): { readonly userId?: SQL; readonly clientId?: string | null } {
  if ('id' in target) return {}
  return {
    clientId: target.clientId,
    ...(target.usernameKey === null ? {} : { userId: userId(target.usernameKey) }),
  }
}
