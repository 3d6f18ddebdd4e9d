import { sql, type SQL } from 'drizzle-orm'
import type { NewClient, OperatorMark } from '../admin-store.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { type ClientRecordRow, recordColumns } from './client-records.ts'

/** A client after a write, and whether the write was this request's. */
export interface WrittenRow extends ClientRecordRow {
  readonly written: number
}

/**
 * Creates a client. The event comes first and decides: the request that writes it creates the client, and finds it when sent
 * again.
 * @param condition what else must hold
 * @returns statements, of which the last one returns a `WrittenRow`
 */
export function createStatements(
  { clientId, metadata, secretHash }: NewClient,
  mark: OperatorMark,
  condition: SQL = sql`1`,
): SQL[] {
  const written = auditWritten('client_created', mark)
  return [
    auditStatement(
      { type: 'client_created', actor: mark.actor, clientId },
      mark,
      sql`WHERE NOT EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId}) AND ${condition}`,
    ),
    sql`INSERT INTO clients (client_id, type, name, url, grant_types, response_types, scope, auto_authorize,
        authorize_every_time, require_pkce, access_token_lifetime, refresh_token_lifetime, refresh_reuse_interval,
        metadata, created_at, updated_at)
      SELECT ${clientId}, ${metadata.type}, ${metadata.name}, ${metadata.url}, ${JSON.stringify(metadata.grantTypes)},
        ${JSON.stringify(metadata.responseTypes)}, ${metadata.scope}, ${metadata.autoAuthorize},
        ${metadata.authorizeEveryTime}, ${metadata.requirePkce}, ${metadata.accessTokenLifetime},
        ${metadata.refreshTokenLifetime}, ${metadata.refreshReuseInterval}, ${JSON.stringify(metadata.metadata)}, ${mark.now}, ${mark.now}
      WHERE ${written} ON CONFLICT DO NOTHING`,
    insertRedirectUris(clientId, metadata.redirectUris, written),
    insertSecret(clientId, secretHash, mark.now, sql`${written} AND ${secretHash} IS NOT NULL`),
    sql`SELECT ${recordColumns}, ${written} AS written FROM clients c WHERE c.client_id = ${clientId}`,
  ]
}

/** Inserts the redirect URIs of a client, in this order. */
export function insertRedirectUris(clientId: string, uris: readonly string[], condition: SQL): SQL {
  return sql`INSERT INTO client_redirect_uris (client_id, uri, position)
    SELECT ${clientId}, j.value, j.key FROM json_each(${JSON.stringify(uris)}) j WHERE ${condition} ON CONFLICT DO NOTHING`
}

/** Inserts a secret of a client, by its hash. */
export function insertSecret(clientId: string, secretHash: string | null, now: number, condition: SQL): SQL {
  return sql`INSERT INTO client_secrets (client_id, secret_hash, created_at)
    SELECT ${clientId}, ${secretHash}, ${now} WHERE ${condition} ON CONFLICT DO NOTHING`
}
