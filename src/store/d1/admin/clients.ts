import { sql, type SQL } from 'drizzle-orm'
import type { ClientAdmin, ClientMetadata, OperatorMark } from '../../admin-store.ts'
import { auditStatement, auditWritten } from '../audit.ts'
import { recordColumns, toRecord } from '../client-records.ts'
import { createStatements, insertRedirectUris, insertSecret, type WrittenRow } from '../new-clients.ts'
import { run } from '../run.ts'

interface RotatedRow extends WrittenRow {
  readonly old_ends_at: number | null
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
