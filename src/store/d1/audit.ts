import { sql, type SQL } from 'drizzle-orm'
import type { AuditType } from '../audit-types.ts'
import type { RequestMark } from '../records.ts'

export type { AuditType } from '../audit-types.ts'

/** One event; columns that do not apply are null. Values may be SQL. */
export interface AuditEvent {
  readonly type: AuditType
  readonly actor: SQL | string | null
  readonly userId?: SQL | string | null
  readonly clientId?: SQL | string | null
  readonly subject?: SQL | string | null
}

/** Returns the id of an event of a request, which is the same when the request is sent again. */
function auditId(type: AuditType, request: RequestMark): string {
  return `${request.now.toString(36)}-${request.id}-${type}`
}

/**
 * Returns the statement that writes an audit event, as a part of the batch that does what it reports. The row's id names the
 * request, so the batch writes no second one when sent again.
 * @param source a FROM and WHERE that return one row if the change was made, otherwise none
 */
export function auditStatement(event: AuditEvent, request: RequestMark, source: SQL = sql`WHERE true`): SQL {
  return sql`INSERT INTO audit_events (id, at, type, actor, user_id, client_id, subject, network)
    SELECT ${auditId(event.type, request)}, ${request.now}, ${event.type}, ${event.actor}, ${event.userId ?? null},
      ${event.clientId ?? null}, ${event.subject ?? null}, ${request.network} ${source}
    ON CONFLICT (id) DO NOTHING`
}

/** Condition: this request has written an event of this type, so it made the change, now or when first sent. */
export function auditWritten(type: AuditType, request: RequestMark): SQL {
  return sql`EXISTS (SELECT 1 FROM audit_events WHERE id = ${auditId(type, request)})`
}

/** The subject of the event of this type that this request has written; NULL if it wrote none. */
export function auditSubject(type: AuditType, request: RequestMark): SQL {
  return sql`(SELECT subject FROM audit_events WHERE id = ${auditId(type, request)})`
}
