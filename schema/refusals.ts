import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * The last requests that were refused, a few for each client, with the rule that refused them; never with a secret.
 * No foreign key: the rows of one client are replaced by newer ones, and what nobody is known for shares a bucket.
 */
export const refusals = sqliteTable(
  'refusals',
  {
    /** The request's id, which its error page shows. */
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    /** The client's id; empty for clients that do not exist. */
    clientId: text('client_id').notNull(),
    /** `token` or `authorize`. */
    endpoint: text('endpoint').notNull(),
    /** The grant type or response type that was asked for. */
    asked: text('asked'),
    /** The code of the registries. */
    error: text('error').notNull(),
    rule: text('rule').notNull(),
  },
  (table) => [index('refusals_client_id').on(table.clientId)],
)
