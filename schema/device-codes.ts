import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/**
 * Devices that wait for a person to let them in (RFC 8628). No foreign keys: the statements that write a row prove its client and
 * its user. The migration makes it `WITHOUT ROWID`.
 */
export const deviceCodes = sqliteTable(
  'device_codes',
  {
    /** 32 hexadecimal digits, of which the first twelve are the time; that of the grant that it becomes, too. */
    id: text('id').primaryKey(),
    /** A keyed hash of the code that the person types. */
    userCodeHash: text('user_code_hash').notNull(),
    clientId: text('client_id').notNull(),
    /** What the device asked for: names separated by spaces. */
    scope: text('scope').notNull(),
    createdAt: integer('created_at').notNull(),
    /** The network that the device asked from; null if it is not known. */
    network: text('network'),
    expiresAt: integer('expires_at').notNull(),
    /** Seconds between two polls, which grow with each that comes too early. */
    interval: integer('interval').notNull(),
    polledAt: integer('polled_at'),
    /** The request that polled last: sent again after a lost reply, it is no second poll. */
    pollOp: text('poll_op'),
    /** The last poll came too early. */
    hurried: integer('hurried').notNull().default(0),
    /** Who has answered; null until then. */
    userId: text('user_id'),
    /** The consent that was given; null if the person said no. */
    consentId: text('consent_id'),
    grantedScope: text('granted_scope'),
    /** When the user gave the password. */
    authTime: integer('auth_time'),
    sessionId: text('session_id'),
    /** A JSON object: the resources that the device names, and once it is let in what else the grant keeps. */
    details: text('details'),
  },
  (table) => [
    uniqueIndex('device_codes_user_code_hash').on(table.userCodeHash),
    index('device_codes_expires_at').on(table.expiresAt),
  ],
)
