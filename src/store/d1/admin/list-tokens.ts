import { sql, type SQL } from 'drizzle-orm'
import type { Page, TokenFilter, TokenLists, TokenRecord } from '../../admin-store.ts'
import { accessTokenId } from '../grant-rows.ts'
import { run } from '../run.ts'
import { userId } from './tokens.ts'

interface TokenRow {
  readonly id: string
  readonly client_id: string
  readonly username: string | null
  readonly scope: string
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
}

/** See `TokenLists`. */
export function tokenLists(db: D1Database): TokenLists {
  return {
    async listTokens(kind, filter, page) {
      const list = kind === 'access' ? listAccessTokens : listRefreshTokens
      const [rows] = await run<[TokenRow]>(db, [list(filter, page)])
      return rows.map((row) => toTokenRecord(kind, row))
    },
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

/**
 * A grant has one access token at a time, whose id consists of the grant's id and its number; it ends with its grant, if not
 * earlier.
 */
function listAccessTokens(filter: TokenFilter, { after, limit }: Page): SQL {
  return sql`SELECT ${accessTokenId} AS id, g.client_id AS client_id, u.username AS username,
      COALESCE(g.access_scope, g.scope) AS scope, COALESCE(g.refreshed_at, g.created_at) AS created_at,
      g.access_expires_at AS expires_at,
      COALESCE(min(g.access_revoked_at, g.revoked_at), g.access_revoked_at, g.revoked_at) AS revoked_at
    FROM grants g LEFT JOIN users u ON u.id = g.user_id
    WHERE g.id > ${grantIdIn(after ?? '')} AND g.access_expires_at IS NOT NULL AND ${ofUser(filter)} AND ${ofClient(filter)}
    ORDER BY g.id LIMIT ${limit}`
}

/** A refresh token is the row of its grant; a grant that shares another grant's tokens has none. */
function listRefreshTokens(filter: TokenFilter, { after, limit }: Page): SQL {
  return sql`SELECT g.id AS id, g.client_id AS client_id, u.username AS username, g.scope AS scope,
      g.created_at AS created_at, g.refresh_expires_at AS expires_at, g.revoked_at AS revoked_at
    FROM grants g JOIN users u ON u.id = g.user_id
    WHERE g.id > ${after ?? ''} AND g.refresh_expires_at IS NOT NULL AND g.tokens_of IS NULL
      AND ${ofUser(filter)} AND ${ofClient(filter)} ORDER BY g.id LIMIT ${limit}`
}

/** Returns the grant in the id of an access token. */
function grantIdIn(tokenId: string): string {
  return tokenId.split('.')[0] ?? ''
}

function ofUser({ usernameKey }: TokenFilter): SQL {
  return usernameKey === null ? sql`true` : sql`g.user_id = ${userId(usernameKey)}`
}

function ofClient({ clientId }: TokenFilter): SQL {
  return clientId === null ? sql`true` : sql`g.client_id = ${clientId}`
}
