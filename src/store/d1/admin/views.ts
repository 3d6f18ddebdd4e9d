import { sql, type SQL } from 'drizzle-orm'
import type { RecordKind } from '../../browse.ts'
import { accessTokenId } from '../grant-rows.ts'
import { parentsLive } from '../read-tokens.ts'
import { columnsOf } from '../run.ts'
import { byText, END, LAST, latest, newest, newestId, type Order } from './orders.ts'

/** The condition of a filter; one with an order has its own index. */
export interface Restriction {
  readonly where: SQL
  readonly order?: Order
  /** Whether no index finds these rows, so that the list skips others. */
  readonly isLoose?: boolean
}

/** One list of the operators' pages: its columns, and its filters, each with an index. */
export interface View {
  readonly columns: SQL
  readonly from: SQL
  /** The column that identifies a record. */
  readonly id: SQL
  /** Finds a record by its id, if no index has that as a column. */
  readonly byId?: (id: string) => SQL
  readonly where?: SQL
  readonly order: Order
  /** Other possible orders. */
  readonly orders?: readonly Order[]
  readonly filters: Readonly<Record<string, (value: string) => Restriction>>
  /** Columns that contain a JSON array. */
  readonly lists?: readonly string[]
  /** Columns that contain 0 or 1. */
  readonly flags?: readonly string[]
  /** A column that contains a JSON object, whose members count as columns. */
  readonly members?: string
}

/** Condition: a string begins with `value`, using an index over the string. */
const begins = (key: SQL, value: string): SQL => sql`${key} >= ${value} AND ${key} < ${`${value}${END}`}`

/** A user by normalised name, or by id, such as that of a deleted user. */
const userId = (user: string): SQL =>
  sql`COALESCE((SELECT x.id FROM users x WHERE x.username_key = ${user}), ${user})`

const state = (revoked: SQL, expires: SQL, now: number): SQL =>
  sql`CASE WHEN ${revoked} THEN 'revoked' WHEN ${expires} <= ${now} THEN 'expired' ELSE 'valid' END`

/** The name of a client, or the id of one that does not exist. */
const clientName = (id: SQL): SQL =>
  sql`COALESCE((SELECT n.name FROM clients n WHERE n.client_id = ${id}), ${id}) AS client_name`

/** The lists of the operators' pages. */
export function views(now: number): Readonly<Record<RecordKind, View>> {
  return {
    clients,
    users,
    scopes: {
      columns: columnsOf('s', 'name description created_at'),
      from: sql`scopes s`,
      id: sql`s.name`,
      order: byText(sql`s.name`, 'name'),
      filters: {
        name: (value) => ({ where: begins(sql`s.name`, value) }),
        after: (value) => ({ where: sql`s.name > ${value}` }),
      },
    },
    'authorized-clients': authorizedClients,
    grants: grants(now),
    'client-documents': clientDocuments(now),
    'access-tokens': accessTokens(now),
    'refresh-tokens': refreshTokens(now),
    sessions: sessions(now),
    'audit-events': auditEvents,
    refusals: {
      columns: sql`${columnsOf('r', 'id at client_id endpoint asked error rule')}, ${clientName(sql`r.client_id`)}`,
      from: sql`refusals r`,
      id: sql`r.id`,
      order: newest(sql`r.rowid`, { by: 'at' }),
      filters: {
        id: (value) => ({ where: sql`r.id = ${value}` }),
        client: (value) => ({ where: sql`r.client_id = ${value}` }),
      },
    },
  }
}

const BY_CLIENT_NAME: Order = {
  keys: [sql`c.name COLLATE NOCASE`, sql`c.rowid`],
  descending: false,
  low: ['', -1],
  high: [END, LAST],
  by: 'name',
}

const clients: View = {
  columns: sql`${columnsOf(
    'c',
    `client_id name type url grant_types response_types scope auto_authorize
    authorize_every_time require_pkce access_token_lifetime refresh_token_lifetime refresh_reuse_interval`,
  )},
    c.disabled_at IS NOT NULL AS disabled, c.created_at AS created_at, c.updated_at AS updated_at,
    (SELECT json_group_array(r.uri ORDER BY r.position) FROM client_redirect_uris r
      WHERE r.client_id = c.client_id) AS redirect_uris,
    (SELECT count(*) FROM client_secrets s WHERE s.client_id = c.client_id) AS secrets,
    (SELECT json_group_array(s.created_at || ' ' || COALESCE(s.expires_at, '') ORDER BY s.created_at DESC)
      FROM client_secrets s WHERE s.client_id = c.client_id) AS secret_times,
    (SELECT g.created_at FROM client_registrations g WHERE g.client_id = c.client_id) AS registered_at, c.metadata AS metadata`,
  from: sql`clients c`,
  id: sql`c.client_id`,
  order: newest(sql`c.rowid`, { by: 'created_at' }),
  orders: [BY_CLIENT_NAME, byText(sql`c.client_id`, 'client_id')],
  filters: {
    name: (value) => ({ where: begins(sql`c.name COLLATE NOCASE`, value), order: BY_CLIENT_NAME }),
    id: (value) => ({ where: begins(sql`c.client_id`, value), order: byText(sql`c.client_id`, 'client_id') }),
    state: (value) =>
      value === 'disabled'
        ? { where: sql`c.disabled_at IS NOT NULL`, order: latest(sql`c.disabled_at`, sql`c.rowid`) }
        : { where: sql`c.disabled_at IS NULL`, isLoose: true },
  },
  lists: ['grant_types', 'response_types', 'redirect_uris', 'secret_times'],
  flags: ['auto_authorize', 'authorize_every_time', 'require_pkce', 'disabled'],
  members: 'metadata',
}

const BY_USERNAME = byText(sql`u.username_key`, 'username')

const users: View = {
  columns: sql`${columnsOf(
    'u',
    `id username username_key email is_staff staff_since is_active created_at
    password_changed_at second_factor_at last_sign_in_at`,
  )},
    (SELECT count(*) FROM passkeys p WHERE p.user_id = u.id) AS passkeys,
    (SELECT json_group_array(p.name || CASE WHEN l.label = '' THEN '' ELSE ': ' || l.label END ORDER BY l.linked_at)
      FROM linked_accounts l JOIN sign_in_providers p ON p.id = l.provider_id WHERE l.user_id = u.id) AS linked_accounts,
    u.email_verified_at IS NOT NULL AS email_verified, u.profile ->> '$.address.street_address' AS street_address,
    u.profile ->> '$.address.postal_code' AS postal_code, u.profile ->> '$.address.locality' AS locality,
    u.profile ->> '$.address.region' AS region, u.profile ->> '$.address.country' AS country, u.profile AS profile`,
  from: sql`users u`,
  id: sql`u.id`,
  order: newest(sql`u.rowid`),
  orders: [BY_USERNAME],
  filters: {
    username: (value) => ({ where: begins(sql`u.username_key`, value), order: BY_USERNAME }),
    email: (value) => ({ where: begins(sql`u.email_key`, value), order: byText(sql`u.email_key`, 'email') }),
    role: (value) =>
      value === 'staff'
        ? { where: sql`u.is_staff = 1`, order: BY_USERNAME }
        : { where: sql`u.is_staff = 0`, isLoose: true },
    state: (value) =>
      value === 'disabled'
        ? { where: sql`u.is_active = 0`, order: BY_USERNAME }
        : { where: sql`u.is_active = 1`, isLoose: true },
  },
  lists: ['linked_accounts'],
  flags: ['is_staff', 'is_active', 'email_verified'],
  members: 'profile',
}

const authorizedClients: View = {
  columns: sql`a.id AS id, u.username AS user, ${columnsOf(
    'a',
    `user_id client_id scope authorized_at updated_at
    revoked_at`,
  )},
    ${clientName(sql`a.client_id`)},
    CASE WHEN a.revoked_at IS NULL THEN 'valid' ELSE 'withdrawn' END AS state`,
  from: sql`authorized_clients a JOIN users u ON u.id = a.user_id`,
  id: sql`a.id`,
  order: newest(sql`a.rowid`),
  filters: {
    // The plus keeps the planner from walking the whole table in the order of the list: a user's rows are few.
    user: (value) => ({
      where: sql`a.user_id = ${userId(value)}`,
      order: newest(sql`+a.rowid`),
    }),
    client: (value) => ({ where: sql`a.client_id = ${value}` }),
  },
}

const clientDocuments = (now: number): View => ({
  columns: sql`d.client_id AS client_id, c.name AS name, ${columnsOf(
    'd',
    `fetched_at expires_at tried_at problem notes
    document created_at`,
  )},
    c.consents_after AS changed_at,
    CASE WHEN d.fetched_at IS NULL THEN 'unusable' WHEN d.problem IS NOT NULL THEN 'failing'
      WHEN d.expires_at <= ${now} THEN 'expired' ELSE 'fresh' END AS state`,
  from: sql`client_documents d LEFT JOIN clients c ON c.client_id = d.client_id`,
  id: sql`d.client_id`,
  order: byText(sql`d.client_id`, 'client_id'),
  filters: { id: (value) => ({ where: begins(sql`d.client_id`, value) }) },
  lists: ['notes'],
})

const grants = (now: number): View => ({
  columns: sql`g.id AS id, u.username AS user, ${columnsOf(
    'g',
    `user_id client_id grant_type scope auth_time created_at
    refreshed_at expires_at revoked_at revoke_reason`,
  )}, ${clientName(sql`g.client_id`)},
    ${state(sql`(g.revoked_at IS NOT NULL OR NOT ${parentsLive})`, sql`g.expires_at`, now)} AS state`,
  from: sql`grants g LEFT JOIN users u ON u.id = g.user_id`,
  id: sql`g.id`,
  where: sql`g.tokens_of IS NULL`,
  order: newestId(sql`g.id`),
  filters: grantFilters(now, sql`g.expires_at`),
})

const refreshTokens = (now: number): View => ({
  columns: sql`g.id AS id, g.client_id AS client_id, ${clientName(sql`g.client_id`)}, u.username AS user, ${columnsOf(
    'g',
    `user_id scope created_at
    refreshed_at`,
  )}, g.refresh_expires_at AS expires_at,
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
          order: { keys: [sql`g.revoked_at`, sql`g.id`], descending: true, low: [-1, ''], high: [LAST, 'g'] },
        }
      : { where: sql`g.revoked_at IS NULL AND +${expires} > ${now} AND ${parentsLive}`, isLoose: true },
})

const accessTokens = (now: number): View => ({
  columns: sql`${accessTokenId} AS id, g.client_id AS client_id, ${clientName(sql`g.client_id`)},
    u.username AS user, g.user_id AS user_id,
    g.id AS grant_id, COALESCE(g.access_scope, g.scope) AS scope, COALESCE(g.refreshed_at, g.created_at) AS created_at,
    g.access_expires_at AS expires_at,
    COALESCE(min(g.access_revoked_at, g.revoked_at), g.access_revoked_at, g.revoked_at) AS revoked_at,
    ${state(sql`(COALESCE(g.access_revoked_at, g.revoked_at) IS NOT NULL OR NOT ${parentsLive})`, sql`g.access_expires_at`, now)} AS state`,
  from: sql`grants g LEFT JOIN users u ON u.id = g.user_id`,
  id: accessTokenId,
  byId: (id) => sql`g.id = ${id.split('.')[0] ?? ''}`,
  where: sql`g.access_expires_at IS NOT NULL`,
  // By the grant, as the token's own expiry has no index.
  order: newestId(sql`g.id`, {}),
  filters: {
    user: (value) => ({ where: sql`g.user_id = ${userId(value)}`, order: newestId(sql`+g.id`, {}) }),
    client: (value) => ({ where: sql`g.client_id = ${value}` }),
    state: () => ({
      where: sql`g.access_revoked_at IS NULL AND g.revoked_at IS NULL AND +g.access_expires_at > ${now} AND ${parentsLive}`,
      isLoose: true,
    }),
  },
})

const sessions = (now: number): View => ({
  columns: sql`s.id AS id, u.username AS user, ${columnsOf(
    's',
    `user_id user_agent network auth_time last_seen_at
    expires_at`,
  )},
    ${state(sql`s.revoked_at IS NOT NULL`, sql`s.expires_at`, now)} AS state`,
  from: sql`sessions s JOIN users u ON u.id = s.user_id`,
  id: sql`s.id`,
  order: newest(sql`s.rowid`),
  filters: {
    user: (value) => ({ where: sql`s.user_id = ${userId(value)}` }),
    state: () => ({ where: sql`s.revoked_at IS NULL AND +s.expires_at > ${now}`, isLoose: true }),
  },
})

const auditEvents: View = {
  columns: sql`${columnsOf('e', 'id at type')}, COALESCE(a.username, e.actor) AS actor,
    COALESCE(u.username, e.user_id) AS user, ${columnsOf('e', 'client_id subject network')},
    ${clientName(sql`e.client_id`)}`,
  from: sql`audit_events e LEFT JOIN users a ON a.id = e.actor LEFT JOIN users u ON u.id = e.user_id`,
  id: sql`e.id`,
  order: latest(sql`e.at`, sql`e.rowid`, { by: 'at' }),
  filters: {
    type: (value) => ({ where: sql`e.type = ${value}` }),
    user: (value) => ({ where: sql`e.user_id = ${userId(value)}` }),
    client: (value) => ({ where: sql`e.client_id = ${value}` }),
    // The condition of the index over what operators did.
    actor: (value) => ({ where: sql`e.actor = ${userId(value)} AND e.actor IS NOT e.user_id` }),
  },
}
