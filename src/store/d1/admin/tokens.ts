import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark, Page, TokenAdmin, TokenFilter, TokenRecord } from '../../admin-store.ts'
import { addUpActivity } from '../activity.ts'
import { auditStatement, auditSubject } from '../audit.ts'
import { accessTokenId } from '../grant-rows.ts'
import { run } from '../run.ts'
import { purge } from './purge.ts'

interface TokenRow {
  readonly id: string
  readonly client_id: string
  readonly username: string | null
  readonly scope: string
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
}

/** See `TokenAdmin`. */
export function tokenAdmin(db: D1Database): TokenAdmin {
  return {
    async listTokens(kind, filter, page) {
      const list = kind === 'access' ? listAccessTokens : listRefreshTokens
      const [rows] = await run<[TokenRow]>(db, [list(filter, page)])
      return rows.map((row) => toTokenRecord(kind, row))
    },
    async revokeTokens(target, mark) {
      const rows = (await run<{ revoked: string | null }[]>(db, revokeStatements(target, mark))).at(-1)
      return Number(rows?.[0]?.revoked ?? 0)
    },
    addUpActivity: (now) => addUpActivity(db, now),
    purge: (limit, now) => purge(db, limit, now),
  }
}

function toTokenRecord(kind: TokenRecord['kind'], row: TokenRow): TokenRecord {
  return {
    kind,
    id: row.id,
    clientId: row.client_id,
    username: row.username,
    scope: row.scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }
}

/** A grant has one access token at a time, whose id is the grant's and its number; it ends with its grant, if not before. */
function listAccessTokens(filter: TokenFilter, { after, limit }: Page): SQL {
  return sql`SELECT ${accessTokenId} AS id, g.client_id AS client_id, u.username AS username,
      COALESCE(g.access_scope, g.scope) AS scope, COALESCE(g.refreshed_at, g.created_at) AS created_at,
      g.access_expires_at AS expires_at,
      COALESCE(min(g.access_revoked_at, g.revoked_at), g.access_revoked_at, g.revoked_at) AS revoked_at
    FROM grants g LEFT JOIN users u ON u.id = g.user_id
    WHERE g.id > ${grantIdIn(after ?? '')} AND g.access_expires_at IS NOT NULL AND ${ofUser(filter)} AND ${ofClient(filter)}
    ORDER BY g.id LIMIT ${limit}`
}

/** A refresh token is the row of its grant; one whose tokens are another grant's has none of its own. */
function listRefreshTokens(filter: TokenFilter, { after, limit }: Page): SQL {
  return sql`SELECT g.id AS id, g.client_id AS client_id, u.username AS username, g.scope AS scope,
      g.created_at AS created_at, g.refresh_expires_at AS expires_at, g.revoked_at AS revoked_at
    FROM grants g JOIN users u ON u.id = g.user_id
    WHERE g.id > ${after ?? ''} AND g.refresh_expires_at IS NOT NULL AND g.tokens_of IS NULL
      AND ${ofUser(filter)} AND ${ofClient(filter)} ORDER BY g.id LIMIT ${limit}`
}

/** The grant in the id of an access token. */
function grantIdIn(tokenId: string): string {
  return tokenId.split('.')[0] ?? ''
}

function ofUser({ usernameKey }: TokenFilter): SQL {
  return usernameKey === null ? sql`true` : sql`g.user_id = ${userId(usernameKey)}`
}

function ofClient({ clientId }: TokenFilter): SQL {
  return clientId === null ? sql`true` : sql`g.client_id = ${clientId}`
}

const userId = (usernameKey: string): SQL => sql`(SELECT id FROM users WHERE username_key = ${usernameKey})`

type RevokeTarget = Parameters<TokenAdmin['revokeTokens']>[0]

/**
 * Counts, then revokes. The event keeps the number, so that the batch sent again, which finds nothing left to revoke, can
 * still say it.
 */
function revokeStatements(target: RevokeTarget, mark: OperatorMark): SQL[] {
  const { now } = mark
  const which = targetCondition(target)
  // The id of an access token ends it alone, but where its grant has nothing else.
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
    sql`UPDATE grants AS g SET access_revoked_at = ${now}, single_key = NULL WHERE ${which} AND ${accessLives}`,
    sql`UPDATE grants AS g SET revoked_at = ${now}, revoke_reason = 'operator' WHERE ${ends} AND g.revoked_at IS NULL`,
    sql`SELECT ${auditSubject('tokens_revoked', mark)} AS revoked`,
  ]
}

/** Which grants `g`: those whose current access token it is, where the target is the id of one. */
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
