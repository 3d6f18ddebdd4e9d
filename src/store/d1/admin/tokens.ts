import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark, Page, TokenAdmin, TokenFilter, TokenRecord } from '../../admin-store.ts'
import { auditStatement, auditSubject } from '../audit.ts'
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

/** An access token ends with its grant, if not before. */
function listAccessTokens(filter: TokenFilter, { after, limit }: Page): SQL {
  return sql`SELECT t.id AS id, t.client_id AS client_id, u.username AS username, t.scope AS scope,
      t.created_at AS created_at, t.expires_at AS expires_at,
      COALESCE(min(t.revoked_at, g.revoked_at), t.revoked_at, g.revoked_at) AS revoked_at
    FROM access_tokens t LEFT JOIN grants g ON g.id = t.grant_id LEFT JOIN users u ON u.id = g.user_id
    WHERE t.id > ${after ?? ''} AND ${ofUser(filter)} AND ${ofClient(filter, sql`t.client_id`)} ORDER BY t.id LIMIT ${limit}`
}

/** A refresh token is the row of its grant; one whose tokens are another grant's has none of its own. */
function listRefreshTokens(filter: TokenFilter, { after, limit }: Page): SQL {
  return sql`SELECT g.id AS id, g.client_id AS client_id, u.username AS username, g.scope AS scope,
      g.created_at AS created_at, g.refresh_expires_at AS expires_at, g.revoked_at AS revoked_at
    FROM grants g JOIN users u ON u.id = g.user_id
    WHERE g.id > ${after ?? ''} AND g.refresh_expires_at IS NOT NULL AND g.tokens_of IS NULL
      AND ${ofUser(filter)} AND ${ofClient(filter, sql`g.client_id`)} ORDER BY g.id LIMIT ${limit}`
}

function ofUser({ usernameKey }: TokenFilter): SQL {
  return usernameKey === null ? sql`true` : sql`g.user_id = ${userId(usernameKey)}`
}

function ofClient({ clientId }: TokenFilter, column: SQL): SQL {
  return clientId === null ? sql`true` : sql`${column} = ${clientId}`
}

const userId = (usernameKey: string): SQL => sql`(SELECT id FROM users WHERE username_key = ${usernameKey})`

type RevokeTarget = Parameters<TokenAdmin['revokeTokens']>[0]

/**
 * Counts, then revokes. The event keeps the number, so that the batch sent again, which finds nothing left to revoke, can
 * still say it.
 */
function revokeStatements(target: RevokeTarget, mark: OperatorMark): SQL[] {
  const { now } = mark
  const { grants, tokens } = targetConditions(target)
  const lives = sql`t.revoked_at IS NULL AND t.expires_at > ${now}`
  const count = sql`SELECT (SELECT count(*) FROM access_tokens t LEFT JOIN grants g ON g.id = t.grant_id
      WHERE ${tokens} AND ${lives} AND g.revoked_at IS NULL)
    + (SELECT count(*) FROM grants g WHERE ${grants} AND g.refresh_expires_at > ${now} AND g.tokens_of IS NULL
      AND g.revoked_at IS NULL) AS tokens`
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
    ...('id' in target ? auditId(target.id, now, mark) : []),
    sql`UPDATE access_tokens AS t SET revoked_at = ${now}, single_key = NULL WHERE ${tokens} AND ${lives}`,
    sql`UPDATE grants AS g SET revoked_at = ${now}, revoke_reason = 'operator' WHERE ${grants} AND g.revoked_at IS NULL`,
    sql`SELECT ${auditSubject('tokens_revoked', mark)} AS revoked`,
  ]
}

/** Conditions over a grant `g`, and over an access token `t`. */
function targetConditions(target: RevokeTarget): { readonly grants: SQL; readonly tokens: SQL } {
  if ('id' in target) {
    const grants = sql`(g.id = ${target.id} OR g.tokens_of = ${target.id})`
    return { grants, tokens: sql`(t.id = ${target.id} OR t.grant_id = ${target.id})` }
  }
  const { clientId, usernameKey } = target
  if (usernameKey === null) {
    return { grants: sql`g.client_id = ${clientId}`, tokens: sql`t.client_id = ${clientId}` }
  }
  const client = clientId === null ? sql`true` : sql`x.client_id = ${clientId}`
  const grants = sql`SELECT x.id FROM grants x WHERE x.user_id = ${userId(usernameKey)} AND ${client}`
  return { grants: sql`g.id IN (${grants})`, tokens: sql`t.grant_id IN (${grants})` }
}

function auditTarget(target: RevokeTarget): { readonly userId?: SQL; readonly clientId?: string | null } {
  if ('id' in target) return {}
  return {
    clientId: target.clientId,
    ...(target.usernameKey === null ? {} : { userId: userId(target.usernameKey) }),
  }
}

/** Which token or grant it was, beside the event that counts. */
function auditId(id: string, now: number, mark: OperatorMark): SQL[] {
  return [
    auditStatement(
      { type: 'access_token_revoked', actor: mark.actor, clientId: sql`t.client_id`, subject: id },
      mark,
      sql`FROM access_tokens t WHERE t.id = ${id} AND t.revoked_at IS NULL AND t.expires_at > ${now}`,
    ),
    auditStatement(
      {
        type: 'grant_revoked',
        actor: mark.actor,
        userId: sql`g.user_id`,
        clientId: sql`g.client_id`,
        subject: id,
      },
      mark,
      sql`FROM grants g WHERE g.id = ${id} AND g.revoked_at IS NULL`,
    ),
  ]
}
