import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { clients } from './clients.ts'

/** Client secrets by their SHA-256 (base64url). At most two are live, so that a secret rotates without downtime. */
export const clientSecrets = sqliteTable(
  'client_secrets',
  {
    clientId: text('client_id')
      .notNull()
      .references(() => clients.clientId),
    secretHash: text('secret_hash').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
  },
  (table) => [primaryKey({ columns: [table.clientId, table.secretHash] })],
)
