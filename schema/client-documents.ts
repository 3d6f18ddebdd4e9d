import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Clients that a document describes (client id metadata documents): one row for each address, however many people use it. What the
 * last good copy says is the client's row. No foreign key: an address that never held anything good has no client.
 */
export const clientDocuments = sqliteTable(
  'client_documents',
  {
    /** The address of the document. */
    clientId: text('client_id').primaryKey(),
    /** The last good copy, as it was fetched; null if there never was one. */
    document: text('document'),
    /** When the last good copy was fetched, in seconds since 1970; null if there never was one. */
    fetchedAt: integer('fetched_at'),
    /** Until when the last good copy need not be fetched again; 0 if there never was one. */
    expiresAt: integer('expires_at').notNull(),
    /** When the address was asked last. */
    triedAt: integer('tried_at').notNull(),
    /** What was wrong then, as a sentence for staff; null if nothing was. */
    problem: text('problem'),
    /** What of the last good copy is left out, a JSON array of sentences. */
    notes: text('notes').notNull().default('[]'),
    createdAt: integer('created_at').notNull(),
    /** The request that wrote last: all of its statements know each other by it. */
    op: text('op').notNull(),
    /** When the client was found to have been used; null until then. */
    usedAt: integer('used_at'),
  },
  (table) => [
    index('client_documents_unused')
      .on(table.triedAt)
      .where(sql`used_at IS NULL`),
  ],
)
