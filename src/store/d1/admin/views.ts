import { sql, type SQL } from 'drizzle-orm'
import type { RecordKind } from '../../browse.ts'
import { accessTokenId } from '../grant-rows.ts'

/** How a list is sorted, and so where its next part begins. */
export interface Order {
  /** Columns of an index, from the left; the rowid stands behind them in every index. */
  readonly keys: readonly SQL[]
  readonly descending: boolean
  /** Values before which, or behind which, every row comes. */
  readonly start: readonly (string | number)[]
}

/** What a filter asks of the rows; one with an order goes by an index of its own. */
export interface Restriction {
  readonly where: SQL
  readonly order?: Order
}

/** One list of the operators' pages: its columns, and filters of which each has an index. */
export interface View {
  readonly columns: SQL
  readonly from: SQL
  /** The column that names a record. */
  readonly id: SQL
  /** What finds a record by its id, where that is no column of an index. */
  readonly byId?: (id: string) => SQL
  readonly where?: SQL
  readonly order: Order
  readonly filters: Readonly<Record<string, (value: string) => Restriction>>
  /** Columns that hold a JSON array. */
  readonly lists?: readonly string[]
  /** Columns that hold 0 or 1. */
  readonly flags?: readonly string[]
  /** A column that holds a JSON object, whose members count as columns. */
  readonly members?: string
}

const LAST = Number.MAX_SAFE_INTEGER
const newest = (rowid: SQL): Order => ({ keys: [rowid], descending: true, start: [LAST] })
const latest = (time: SQL, rowid: SQL): Order => ({
  keys: [time, rowid],
  descending: true,
  start: [LAST, LAST],
})
/** Ids of grants begin with the time: nothing comes behind the letter g. */
const newestId = (id: SQL): Order => ({ keys: [id], descending: true, start: ['g'] })
const byText = (key: SQL): Order => ({ keys: [key], descending: false, start: [''] })

/** Text that begins with `value`, of an index in the order of the text. */
const begins = (key: SQL, value: string): SQL => sql`${key} >= ${value} AND ${key} < ${`${value}\u{10ffff}`}`

/** A user by the normalised name, or by an id, as that of one who is deleted. */
const userId = (user: string): SQL =>
  sql`COALESCE((SELECT x.id FROM users x WHERE x.username_key = ${user}), ${user})`

const state = (revoked: SQL, expires: SQL, now: number): SQL =>
  sql`CASE WHEN ${revoked} THEN 'revoked' WHEN ${expires} <= ${now} THEN 'expired' ELSE 'live' END`

/** The lists of the operators' pages. */
export function views(now: number): Readonly<Record<RecordKind, View>> {
  return {
    clients,
    users,
    scopes: {
      columns: sql`s.name AS name, s.description AS description, s.created_at AS created_at`,
      from: sql`scopes s`,
      id: sql`s.name`,
      order: byText(sql`s.name`),
      filters: { name: (value) => ({ where: begins(sql`s.name`, value) }) },
    },
    'authorized-clients': authorizedClients,
    grants: grants(now),
    'access-tokens': accessTokens(now),
    'refresh-tokens': refreshTokens(now),
    sessions: sessions(now),
    'audit-events': auditEvents,
    refusals: {
      columns: sql`r.id AS id, r.at AS at, r.client_id AS client_id, r.endpoint AS endpoint, r.asked AS asked,
        r.error AS error, r.rule AS rule`,
      from: sql`refusals r`,
      id: sql`r.id`,
      order: newest(sql`r.rowid`),
      filters: {
        id: (value) => ({ where: sql`r.id = ${value}` }),
        client: (value) => ({ where: sql`r.client_id = ${value}` }),
      },
    },
  }
}

const clients: View = {
  columns: sql`c.client_id AS client_id, c.name AS name, c.type AS type, c.url AS url, c.grant_types AS grant_types,
    c.response_types AS response_types, c.scope AS scope, c.auto_authorize AS auto_authorize,
    c.authorize_every_time AS authorize_every_time, c.require_pkce AS require_pkce,
    c.access_token_lifetime AS access_token_lifetime, c.refresh_token_lifetime AS refresh_token_lifetime,
    c.refresh_reuse_interval AS refresh_reuse_interval,
    c.disabled_at IS NOT NULL AS disabled, c.created_at AS created_at, c.updated_at AS updated_at,
    (SELECT json_group_array(r.uri ORDER BY r.position) FROM client_redirect_uris r
      WHERE r.client_id = c.client_id) AS redirect_uris,
    (SELECT count(*) FROM client_secrets s WHERE s.client_id = c.client_id) AS secrets,
    (SELECT g.created_at FROM client_registrations g WHERE g.client_id = c.client_id) AS registered_at, c.metadata AS metadata`,
  from: sql`clients c`,
  id: sql`c.client_id`,
  order: newest(sql`c.rowid`),
  filters: {
    name: (value) => ({
      where: begins(sql`c.name COLLATE NOCASE`, value),
      order: { keys: [sql`c.name COLLATE NOCASE`, sql`c.rowid`], descending: false, start: ['', 0] },
    }),
    id: (value) => ({ where: begins(sql`c.client_id`, value), order: byText(sql`c.client_id`) }),
    state: (value) =>
      value === 'disabled'
        ? { where: sql`c.disabled_at IS NOT NULL`, order: latest(sql`c.disabled_at`, sql`c.rowid`) }
        : { where: sql`c.disabled_at IS NULL` },
  },
  lists: ['grant_types', 'response_types', 'redirect_uris'],
  flags: ['auto_authorize', 'authorize_every_time', 'require_pkce', 'disabled'],
  members: 'metadata',
}

const users: View = {
  columns: sql`u.id AS id, u.username AS username, u.username_key AS username_key, u.email AS email,
    u.is_staff AS is_staff, u.staff_since AS staff_since, u.is_active AS is_active, u.created_at AS created_at,
    u.password_changed_at AS password_changed_at, u.last_sign_in_at AS last_sign_in_at,
    u.email_verified_at IS NOT NULL AS email_verified, u.profile ->> '$.address.street_address' AS street_address,
    u.profile ->> '$.address.postal_code' AS postal_code, u.profile ->> '$.address.locality' AS locality,
    u.profile ->> '$.address.region' AS region, u.profile ->> '$.address.country' AS country, u.profile AS profile`,
  from: sql`users u`,
  id: sql`u.id`,
  order: newest(sql`u.rowid`),
  filters: {
    username: (value) => ({
      where: begins(sql`u.username_key`, value),
      order: byText(sql`u.username_key`),
    }),
    email: (value) => ({ where: begins(sql`u.email_key`, value), order: byText(sql`u.email_key`) }),
    role: (value) =>
      value === 'staff'
        ? { where: sql`u.is_staff = 1`, order: byText(sql`u.username_key`) }
        : { where: sql`u.is_staff = 0` },
    state: (value) =>
      value === 'disabled'
        ? { where: sql`u.is_active = 0`, order: byText(sql`u.username_key`) }
        : { where: sql`u.is_active = 1` },
  },
  flags: ['is_staff', 'is_active', 'email_verified'],
  members: 'profile',
}

const authorizedClients: View = {
  columns: sql`a.id AS id, u.username AS user, a.user_id AS user_id, a.client_id AS client_id, a.scope AS scope,
    a.authorized_at AS authorized_at, a.updated_at AS updated_at, a.revoked_at AS revoked_at,
    CASE WHEN a.revoked_at IS NULL THEN 'live' ELSE 'withdrawn' END AS state`,
  from: sql`authorized_clients a JOIN users u ON u.id = a.user_id`,
  id: sql`a.id`,
  order: newest(sql`a.rowid`),
  filters: {
    // The plus keeps the planner from walking the whole table in the order of the list: a user's rows are few.
    user: (value) => ({ where: sql`a.user_id = ${userId(value)}`, order: newest(sql`+a.rowid`) }),
    client: (value) => ({ where: sql`a.client_id = ${value}` }),
  },
}

const grants = (now: number): View => ({
  columns: sql`g.id AS id, u.username AS user, g.user_id AS user_id, g.client_id AS client_id,
    g.grant_type AS grant_type, g.scope AS scope, g.auth_time AS auth_time, g.created_at AS created_at,
    g.refreshed_at AS refreshed_at, g.expires_at AS expires_at, g.revoked_at AS revoked_at,
    g.revoke_reason AS revoke_reason, ${state(sql`g.revoked_at IS NOT NULL`, sql`g.expires_at`, now)} AS state`,
  from: sql`grants g LEFT JOIN users u ON u.id = g.user_id`,
  id: sql`g.id`,
  where: sql`g.tokens_of IS NULL`,
  order: newestId(sql`g.id`),
  filters: grantFilters(now, sql`g.expires_at`),
})

const refreshTokens = (now: number): View => ({
  columns: sql`g.id AS id, g.client_id AS client_id, u.username AS user, g.user_id AS user_id, g.scope AS scope,
    g.created_at AS created_at, g.refreshed_at AS refreshed_at, g.refresh_expires_at AS expires_at,
    g.revoked_at AS revoked_at, ${state(sql`g.revoked_at IS NOT NULL`, sql`g.refresh_expires_at`, now)} AS state`,
  from: sql`grants g JOIN users u ON u.id = g.user_id`,
  id: sql`g.id`,
  where: sql`g.tokens_of IS NULL AND g.refresh_expires_at IS NOT NULL`,
  order: newestId(sql`g.id`),
  filters: grantFilters(now, sql`g.refresh_expires_at`),
})

const grantFilters = (now: number, expires: SQL): View['filters'] => ({
  // The plus keeps the planner from walking the whole table in the order of the list: a user's rows are few.
  user: (value) => ({ where: sql`g.user_id = ${userId(value)}`, order: newestId(sql`+g.id`) }),
  client: (value) => ({ where: sql`g.client_id = ${value}` }),
  state: (value) =>
    value === 'revoked'
      ? {
          where: sql`g.revoked_at IS NOT NULL`,
          order: { keys: [sql`g.revoked_at`, sql`g.id`], descending: true, start: [LAST, 'g'] },
        }
      : { where: sql`g.revoked_at IS NULL AND +${expires} > ${now}` },
})

const accessTokens = (now: number): View => ({
  columns: sql`${accessTokenId} AS id, g.client_id AS client_id, u.username AS user, g.user_id AS user_id,
    g.id AS grant_id, COALESCE(g.access_scope, g.scope) AS scope, COALESCE(g.refreshed_at, g.created_at) AS created_at,
    g.access_expires_at AS expires_at,
    COALESCE(min(g.access_revoked_at, g.revoked_at), g.access_revoked_at, g.revoked_at) AS revoked_at,
    ${state(sql`COALESCE(g.access_revoked_at, g.revoked_at) IS NOT NULL`, sql`g.access_expires_at`, now)} AS state`,
  from: sql`grants g LEFT JOIN users u ON u.id = g.user_id`,
  id: accessTokenId,
  byId: (id) => sql`g.id = ${id.split('.')[0] ?? ''}`,
  where: sql`g.access_expires_at IS NOT NULL`,
  order: newestId(sql`g.id`),
  filters: {
    user: (value) => ({ where: sql`g.user_id = ${userId(value)}`, order: newestId(sql`+g.id`) }),
    client: (value) => ({ where: sql`g.client_id = ${value}` }),
    state: () => ({
      where: sql`g.access_revoked_at IS NULL AND g.revoked_at IS NULL AND +g.access_expires_at > ${now}`,
    }),
  },
})

const sessions = (now: number): View => ({
  columns: sql`s.id AS id, u.username AS user, s.user_id AS user_id, s.user_agent AS user_agent, s.network AS network,
    s.auth_time AS auth_time, s.last_seen_at AS last_seen_at, s.expires_at AS expires_at,
    ${state(sql`s.revoked_at IS NOT NULL`, sql`s.expires_at`, now)} AS state`,
  from: sql`sessions s JOIN users u ON u.id = s.user_id`,
  id: sql`s.id`,
  order: newest(sql`s.rowid`),
  filters: {
    user: (value) => ({ where: sql`s.user_id = ${userId(value)}` }),
    state: () => ({ where: sql`s.revoked_at IS NULL AND +s.expires_at > ${now}` }),
  },
})

const auditEvents: View = {
  columns: sql`e.id AS id, e.at AS at, e.type AS type, COALESCE(a.username, e.actor) AS actor,
    COALESCE(u.username, e.user_id) AS user, e.client_id AS client_id, e.subject AS subject, e.network AS network`,
  from: sql`audit_events e LEFT JOIN users a ON a.id = e.actor LEFT JOIN users u ON u.id = e.user_id`,
  id: sql`e.id`,
  order: latest(sql`e.at`, sql`e.rowid`),
  filters: {
    type: (value) => ({ where: sql`e.type = ${value}` }),
    user: (value) => ({ where: sql`e.user_id = ${userId(value)}` }),
    client: (value) => ({ where: sql`e.client_id = ${value}` }),
    // The condition of the index over what operators did.
    actor: (value) => ({ where: sql`e.actor = ${userId(value)} AND e.actor IS NOT e.user_id` }),
  },
}
