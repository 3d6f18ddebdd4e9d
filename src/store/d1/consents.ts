import { sql, type SQL } from 'drizzle-orm'
import type { ConsentCommit, RequestMark } from '../records.ts'
import { auditStatement } from './audit.ts'
import { jsonList } from './run.ts'

/**
 * The longest list of ids that joined a consent, each of 22 characters after a space. Two tabs add one; however many there
 * are, no more than ten are kept.
 */
const JOINED = 230

/**
 * Saves a consent. A valid one gains what was allowed and loses what was refused; a withdrawn one starts over, with a new
 * id. If two tabs create one at the same time, the second joins the first, so that the codes of both refer to a valid
 * consent.
 * @param may the condition under which the user may consent: the session is valid, and the client is enabled
 */
export function saveConsentStatements(consent: ConsentCommit, request: RequestMark, may: SQL): SQL[] {
  const { clientId, id, refused, scope, userId } = consent
  const united = sql`(SELECT COALESCE(group_concat(name, ' '), '') FROM (SELECT DISTINCT value AS name
    FROM json_each('["' || replace(authorized_clients.scope || ' ' || excluded.scope, ' ', '","') || '"]')
    WHERE value <> '' AND value NOT IN ${jsonList(refused.split(' '))} ORDER BY name))`
  // What was allowed before the client changed how it describes itself does not apply to the client as it is now.
  const counts = sql`NOT EXISTS (SELECT 1 FROM clients o WHERE o.client_id = ${clientId}
    AND o.consents_after >= authorized_clients.updated_at)`
  const targets = consent.targets?.length ? JSON.stringify(consent.targets) : null
  const together = sql`(SELECT json_group_array(value) FROM (SELECT value FROM json_each(authorized_clients.targets)
    UNION SELECT value FROM json_each(excluded.targets)))`
  return [
    sql`INSERT INTO authorized_clients (user_id, client_id, id, scope, targets, authorized_at, updated_at)
      SELECT ${userId}, ${clientId}, ${id}, ${scope}, ${targets}, ${request.now}, ${request.now} WHERE ${may}
      ON CONFLICT (user_id, client_id) DO UPDATE SET
        id = CASE WHEN revoked_at IS NULL THEN id ELSE excluded.id END,
        joined_ids = CASE WHEN revoked_at IS NOT NULL THEN ''
          WHEN id = excluded.id OR instr(joined_ids, ' ' || excluded.id) > 0 THEN joined_ids
          ELSE substr(joined_ids || ' ' || excluded.id, -${JOINED}) END,
        scope = CASE WHEN revoked_at IS NULL AND ${counts} THEN ${united} ELSE excluded.scope END,
        targets = CASE WHEN revoked_at IS NOT NULL OR targets IS NULL OR NOT ${counts} THEN excluded.targets
          WHEN excluded.targets IS NULL THEN targets ELSE ${together} END,
        authorized_at = CASE WHEN revoked_at IS NULL THEN authorized_at ELSE excluded.authorized_at END,
        updated_at = excluded.updated_at, revoked_at = NULL
      -- One that was withdrawn while it was given again stays so, with the codes that name it.
      WHERE revoked_at IS NULL OR (id <> excluded.id AND instr(joined_ids, ' ' || excluded.id) = 0)`,
    auditStatement(
      { type: 'consent_given', actor: userId, userId, clientId, subject: sql`a.id` },
      request,
      sql`FROM authorized_clients a WHERE a.user_id = ${userId} AND a.client_id = ${clientId} AND a.updated_at = ${request.now}
        AND ${may}`,
    ),
  ]
}
