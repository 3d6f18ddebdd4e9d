import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Client, MetadataValue, SubjectClient } from '../records.ts'
import { columnsOf } from './run.ts'
import { parseStringList } from './string-list.ts'

/** A client as `clientColumns` reads it. */
export interface ClientRow {
  readonly client_id: string
  readonly type: Client['type']
  readonly name: string
  readonly url: string | null
  readonly grant_types: string
  readonly response_types: string
  readonly scope: string | null
  readonly redirect_uris: string
  readonly auto_authorize: number
  readonly authorize_every_time: number
  readonly require_pkce: number
  readonly metadata: string
  readonly disabled_at: number | null
}

/** Columns of a `ClientRow` over the client `c`. */
export const clientColumns = sql`${columnsOf(
  'c',
  `client_id type name url grant_types response_types scope
  auto_authorize authorize_every_time require_pkce metadata disabled_at`,
)},
  (SELECT json_group_array(r.uri ORDER BY r.position) FROM client_redirect_uris r WHERE r.client_id = c.client_id) AS redirect_uris`

/** The client of a row. */
export function toClient(row: ClientRow): Client {
  return {
    clientId: row.client_id,
    type: row.type,
    name: row.name,
    url: row.url,
    grantTypes: parseStringList(row.grant_types),
    responseTypes: parseStringList(row.response_types),
    scope: row.scope,
    redirectUris: parseStringList(row.redirect_uris),
    autoAuthorize: row.auto_authorize === 1,
    authorizeEveryTime: row.authorize_every_time === 1,
    requirePkce: row.require_pkce === 1,
    metadata: parseMetadata(row.metadata),
    disabled: row.disabled_at !== null,
  }
}

const metadataText = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(
    v.string(),
    v.union([
      v.string(),
      v.number(),
      v.boolean(),
      v.null(),
      v.array(v.string()),
      v.record(v.string(), v.unknown()),
    ]),
  ),
)

/** Parses a client's `metadata`. */
export function parseMetadata(text: string): Readonly<Record<string, MetadataValue>> {
  return v.parse(metadataText, text)
}

/** What decides how the client `o` knows a user, as JSON in one column. */
export const subjectClientObject = sql`json_object('clientId', o.client_id, 'type', o.type, 'metadata', json(o.metadata),
  'redirectUris', (SELECT json_group_array(r.uri) FROM client_redirect_uris r WHERE r.client_id = o.client_id))`

/** Reads a `subjectClientObject`. */
export function parseSubjectClient(json: string): SubjectClient {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own statement wrote it, like the columns of any row
  return JSON.parse(json) as SubjectClient
}
