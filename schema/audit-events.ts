import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Who did what to which record, when, from where; written in the batch that does it, never with a secret.
 * No foreign keys: an event outlives what it speaks of.
 */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    /** Time, then the request: sorts by time, and the same request sent again writes no second row. */
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    type: text('type').notNull(),
    /** The user that acted, or `cli`; null if a client acted for itself. */
    actor: text('actor'),
    userId: text('user_id'),
    clientId: text('client_id'),
    /** The grant, token, session or scope concerned. */
    subject: text('subject'),
    network: text('network'),
  },
  (table) => [
    index('audit_events_at').on(table.at),
    index('audit_events_type').on(table.type, table.at),
    // What operators did; what people do themselves is found by their user.
    index('audit_events_operator')
      .on(table.actor, table.at)
      .where(sql`actor IS NOT user_id`),
    index('audit_events_user_id').on(table.userId, table.at),
    index('audit_events_client_id').on(table.clientId, table.at),
  ],
)
