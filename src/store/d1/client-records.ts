import { sql } from 'drizzle-orm'
import type { ClientRecord } from '../admin-store.ts'
import { clientColumns, type ClientRow, toClient } from './client-rows.ts'
import { columnsOf } from './run.ts'

/** A client as `recordColumns` reads it. */
export interface ClientRecordRow extends ClientRow {
  readonly access_token_lifetime: number | null
  readonly refresh_token_lifetime: number | null
  readonly refresh_reuse_interval: number | null
  readonly created_at: number
  readonly updated_at: number
}

/** Columns of a `ClientRecordRow` over the client `c`. */
export const recordColumns = sql`${clientColumns}, ${columnsOf(
  'c',
  `access_token_lifetime refresh_token_lifetime
  refresh_reuse_interval created_at updated_at`,
)}`

/** The client of a row. */
export function toRecord(row: ClientRecordRow): ClientRecord {
  return {
    ...toClient(row),
    accessTokenLifetime: row.access_token_lifetime,
    refreshTokenLifetime: row.refresh_token_lifetime,
    refreshReuseInterval: row.refresh_reuse_interval,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
