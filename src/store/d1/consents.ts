import { sql, type SQL } from 'drizzle-orm'
import type { ConsentCommit, RequestMark } from '../records.ts'
import { auditStatement } from './audit.ts'
import { jsonList } from './run.ts'

/** Length of the ids that joined a consent, each of 22 characters after a space: two tabs make one, a storm of them no more than ten. */
const JOINED = 230

/**
 * Saves a consent: one that lives gains what was allowed and loses what was refused; one that was withdrawn begins anew, under a
 * new id. Where two tabs begin one at once, the second joins the first, so that the codes of both name what lives.
 * @param may under which the user may consent: the session lives, the client is enabled
 */
export function saveConsentStatements(consent: ConsentCommit, request: RequestMark, may: SQL): SQL[] {
  const { clientId, id, refused, scope, userId } = consent
  const united = sql`(SELECT COALESCE(group_concat(name, ' '), '') FROM (SELECT DISTINCT value AS name
    FROM json_each('["' || replace(authorized_clients.scope || ' ' || excluded.scope, ' ', '","') || '"]')
    WHERE value <> '' AND value NOT IN ${jsonList(refused.split(' '))} ORDER BY name))`
  return [
    sql`INSERT INTO authorized_clients (user_id, client_id, id, scope, authorized_at, updated_at)
      SELECT ${userId}, ${clientId}, ${id}, ${scope}, ${request.now}, ${request.now} WHERE ${may}
      ON CONFLICT (user_id, client_id) DO UPDATE SET
        id = CASE WHEN revoked_at IS NULL THEN id ELSE excluded.id END,
        joined_ids = CASE WHEN revoked_at IS NOT NULL THEN ''
          WHEN id = excluded.id OR instr(joined_ids, ' ' || excluded.id) > 0 THEN joined_ids
          ELSE substr(joined_ids || ' ' || excluded.id, -${JOINED}) END,
        scope = CASE WHEN revoked_at IS NULL THEN ${united} ELSE excluded.scope END,
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
