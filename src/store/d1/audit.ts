import { sql, type SQL } from 'drizzle-orm'
import type { AuditType } from '../audit-types.ts'
import type { RequestMark } from '../records.ts'

export type { AuditType } from '../audit-types.ts'

/** One event; null columns are what it does not speak of. Values may be SQL. */
export interface AuditEvent {
  readonly type: AuditType
  readonly actor: SQL | string | null
  readonly userId?: SQL | string | null
  readonly clientId?: SQL | string | null
  readonly subject?: SQL | string | null
}

/** The id of an event of a request: the same request sent again has the same one. */
function auditId(type: AuditType, request: RequestMark): string {
  return `${request.now.toString(36)}-${request.id}-${type}`
}

/**
 * The statement that writes an audit event, to ride in the batch that does what it tells. The row's id names the request,
 * so the batch sent again writes no second one.
 * @param source a FROM and WHERE that give one row where the thing was done, none where it was not
 */
export function auditStatement(event: AuditEvent, request: RequestMark, source: SQL = sql`WHERE true`): SQL {
  return sql`INSERT INTO audit_events (id, at, type, actor, user_id, client_id, subject, network)
    SELECT ${auditId(event.type, request)}, ${request.now}, ${event.type}, ${event.actor}, ${event.userId ?? null},
      ${event.clientId ?? null}, ${event.subject ?? null}, ${request.network} ${source}
    ON CONFLICT (id) DO NOTHING`
}

/** The condition under which this request has written an event of this type: it did the thing, now or when first sent. */
export function auditWritten(type: AuditType, request: RequestMark): SQL {
  return sql`EXISTS (SELECT 1 FROM audit_events WHERE id = ${auditId(type, request)})`
}

/** The subject of the event of this type that this request has written; null where it wrote none. */
export function auditSubject(type: AuditType, request: RequestMark): SQL {
  return sql`(SELECT subject FROM audit_events WHERE id = ${auditId(type, request)})`
}
