import { sql, type SQL } from 'drizzle-orm'
import type { ClientAdmin, ClientMetadata, ClientRecord, NewClient, OperatorMark } from '../../admin-store.ts'
import { auditStatement, auditWritten } from '../audit.ts'
import { clientColumns, type ClientRow, toClient } from '../client-rows.ts'
import { columnsOf, run } from '../run.ts'

/** A client as `recordColumns` reads it. */
export interface ClientRecordRow extends ClientRow {
  readonly access_token_lifetime: number | null
  readonly refresh_token_lifetime: number | null
  readonly refresh_reuse_interval: number | null
  readonly created_at: number
  readonly updated_at: number
}

/** A client after a write, and whether the write was this request's. */
export interface WrittenRow extends ClientRecordRow {
  readonly written: number
}

interface RotatedRow extends WrittenRow {
  readonly old_ends_at: number | null
}

/** Columns of a `ClientRecordRow` over the client `c`. */
export const recordColumns = sql`${clientColumns}, ${columnsOf(
  'c',
  `access_token_lifetime refresh_token_lifetime
  refresh_reuse_interval created_at updated_at`,
)}`

/** The client of a row. */
export function toRecord(row: ClientRecordRow): ClientRecord {
  return {
    ...toClient(row),
    accessTokenLifetime: row.access_token_lifetime,
    refreshTokenLifetime: row.refresh_token_lifetime,
    refreshReuseInterval: row.refresh_reuse_interval,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** See `ClientAdmin`. */
export function clientAdmin(db: D1Database): Omit<ClientAdmin, 'readClient'> {
  return {
    async createClient(client, mark) {
      const rows = (await run<WrittenRow[]>(db, createStatements(client, mark))).at(-1)
      return rows?.[0]?.written ? toRecord(rows[0]) : null
    },
    async updateClient(clientId, change, seenAt, mark) {
      const rows = (await run<WrittenRow[]>(db, updateStatements(clientId, change, seenAt, mark))).at(-1)
      if (!rows?.[0]) return null
      return rows[0].written ? toRecord(rows[0]) : 'stale'
    },
    async rotateClientSecret(clientId, secretHash, keepOld, mark) {
      const rows = (await run<RotatedRow[]>(db, rotateStatements(clientId, secretHash, keepOld, mark))).at(-1)
      if (!rows?.[0]) return null
      return rows[0].written ? { client: toRecord(rows[0]), oldEndsAt: rows[0].old_ends_at } : 'public'
    },
    async deleteClient(clientId, mark) {
      const rows = (await run<{ written: number }[]>(db, deleteStatements(clientId, mark))).at(-1)
      return rows?.[0]?.written === 1
    },
  }
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

/** The client's own row comes last, because all other statements check whether it is unchanged. */
function updateStatements(
  clientId: string,
  change: ClientMetadata & { readonly disabled: boolean },
  seenAt: number,
  mark: OperatorMark,
): SQL[] {
  const seen = sql`EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId} AND updated_at = ${seenAt})`
  return [
    auditStatement({ type: 'client_updated', actor: mark.actor, clientId }, mark, sql`WHERE ${seen}`),
    sql`DELETE FROM client_redirect_uris WHERE client_id = ${clientId} AND ${seen}`,
    insertRedirectUris(clientId, change.redirectUris, seen),
    sql`DELETE FROM client_secrets WHERE client_id = ${clientId} AND ${change.type} = 'public' AND ${seen}`,
    sql`UPDATE clients SET type = ${change.type}, name = ${change.name}, url = ${change.url},
        grant_types = ${JSON.stringify(change.grantTypes)}, response_types = ${JSON.stringify(change.responseTypes)},
        scope = ${change.scope}, auto_authorize = ${change.autoAuthorize},
        authorize_every_time = ${change.authorizeEveryTime}, require_pkce = ${change.requirePkce},
        access_token_lifetime = ${change.accessTokenLifetime}, refresh_token_lifetime = ${change.refreshTokenLifetime},
        refresh_reuse_interval = ${change.refreshReuseInterval}, metadata = ${JSON.stringify(change.metadata)},
        disabled_at = CASE WHEN ${change.disabled} THEN COALESCE(disabled_at, ${mark.now}) END,
        codes_after = CASE WHEN ${change.disabled} AND disabled_at IS NULL THEN ${mark.now} ELSE codes_after END,
        updated_at = max(${mark.now}, updated_at + 1)
      WHERE client_id = ${clientId} AND updated_at = ${seenAt}`,
    sql`SELECT ${recordColumns}, ${auditWritten('client_updated', mark)} AS written
      FROM clients c WHERE c.client_id = ${clientId}`,
  ]
}

/** The new secret comes last; once it exists, the batch has nothing to do when sent again. */
function rotateStatements(clientId: string, secretHash: string, keepOld: number, mark: OperatorMark): SQL[] {
  const { now } = mark
  const may = sql`EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId} AND type = 'confidential')
    AND NOT EXISTS (SELECT 1 FROM client_secrets WHERE client_id = ${clientId} AND secret_hash = ${secretHash})`
  const newest = sql`(SELECT s.secret_hash FROM client_secrets s WHERE s.client_id = ${clientId}
    AND (s.expires_at IS NULL OR s.expires_at > ${now}) ORDER BY s.expires_at IS NULL DESC, s.created_at DESC, s.rowid DESC LIMIT 1)`
  return [
    auditStatement({ type: 'client_secret_rotated', actor: mark.actor, clientId }, mark, sql`WHERE ${may}`),
    sql`DELETE FROM client_secrets WHERE client_id = ${clientId} AND ${may}
      AND (${keepOld} = 0 OR secret_hash IS NOT ${newest})`,
    sql`UPDATE client_secrets SET expires_at = min(COALESCE(expires_at, ${now + keepOld}), ${now + keepOld})
      WHERE client_id = ${clientId} AND ${may}`,
    insertSecret(clientId, secretHash, now, may),
    sql`SELECT ${recordColumns}, ${auditWritten('client_secret_rotated', mark)} AS written,
        (SELECT max(s.expires_at) FROM client_secrets s WHERE s.client_id = c.client_id AND s.expires_at > ${now}
          AND s.secret_hash <> ${secretHash}) AS old_ends_at
      FROM clients c WHERE c.client_id = ${clientId}`,
  ]
}

/** Deletes children first, as foreign keys are NO ACTION. */
function deleteStatements(clientId: string, mark: OperatorMark): SQL[] {
  return [
    auditStatement(
      { type: 'client_deleted', actor: mark.actor, clientId },
      mark,
      sql`FROM clients WHERE client_id = ${clientId}`,
    ),
    sql`DELETE FROM grants WHERE client_id = ${clientId}`,
    sql`DELETE FROM authorized_clients WHERE client_id = ${clientId}`,
    sql`DELETE FROM client_redirect_uris WHERE client_id = ${clientId}`,
    sql`DELETE FROM client_secrets WHERE client_id = ${clientId}`,
    sql`DELETE FROM refusals WHERE client_id = ${clientId}`,
    sql`DELETE FROM client_registrations WHERE client_id = ${clientId}`,
    sql`DELETE FROM client_documents WHERE client_id = ${clientId}`,
    sql`DELETE FROM clients WHERE client_id = ${clientId}`,
    sql`SELECT ${auditWritten('client_deleted', mark)} AS written`,
  ]
}

function insertRedirectUris(clientId: string, uris: readonly string[], condition: SQL): SQL {
  return sql`INSERT INTO client_redirect_uris (client_id, uri, position)
    SELECT ${clientId}, j.value, j.key FROM json_each(${JSON.stringify(uris)}) j WHERE ${condition} ON CONFLICT DO NOTHING`
}

function insertSecret(clientId: string, secretHash: string | null, now: number, condition: SQL): SQL {
  return sql`INSERT INTO client_secrets (client_id, secret_hash, created_at)
    SELECT ${clientId}, ${secretHash}, ${now} WHERE ${condition} ON CONFLICT DO NOTHING`
}
