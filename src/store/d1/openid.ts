import { sql, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import type { OpenIdStore, Person, UserInfoRecords } from '../openid-store.ts'
import type { AccessTokenName, Client } from '../records.ts'
import { parseMetadata } from './client-rows.ts'
import { parseDetails } from './grant-rows.ts'
import { createLogoutNoticeStore } from './logout-notices.ts'
import { saveProfile } from './profile.ts'
import { liveGrants } from './read-tokens.ts'
import { columnsOf, run } from './run.ts'
import { statement, value } from './run.ts'
import { createSigningKeyStore } from './signing-keys.ts'
import { parseStringList } from './string-list.ts'

interface PersonRow {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly verified: number
  readonly profile: string
  readonly updated_at: number
}

interface UserInfoRow extends PersonRow {
  readonly scope: string
  readonly details: string | null
  readonly client_id: string
  readonly client_type: Client['type']
  readonly client_metadata: string
  readonly client_redirect_uris: string
}

/** Creates the storage of OpenID Connect, in D1. */
export function createOpenIdStore(db: D1Database): OpenIdStore {
  return {
    ...createSigningKeyStore(db),
    ...createLogoutNoticeStore(db),
    readUserInfo: (token, now) => readUserInfo(db, token, now),
    readPerson: (userId) => readPerson(db, userId),
    saveProfile: (userId, patch, request) => saveProfile(db, userId, patch, request),
  }
}

/** Columns of a `PersonRow` over the user `u`. */
const personColumns: SQL = sql`${columnsOf('u', 'id username email')},
  u.email_verified_at IS NOT NULL AS verified, u.profile AS profile,
  max(u.created_at, COALESCE(u.profile_updated_at, 0)) AS updated_at`

async function readUserInfo(
  db: D1Database,
  { grantId, sequence }: AccessTokenName,
  now: number,
): Promise<UserInfoRecords | null> {
  const values = { grantId, now, ...(sequence !== null && { sequence }) }
  const [[row]] = await run<[UserInfoRow]>(db, [
    statement(
      `user info ${sequence === null}`,
      values,
      () => sql`SELECT ${personColumns}, COALESCE(g.access_scope, g.scope) AS scope, g.details AS details,
          o.client_id AS client_id, o.type AS client_type, o.metadata AS client_metadata,
          (SELECT json_group_array(r.uri) FROM client_redirect_uris r WHERE r.client_id = o.client_id) AS client_redirect_uris
        ${liveGrants(sequence === null)} AND u.id IS NOT NULL`,
    ),
  ])
  if (!row) return null
  return {
    scope: row.scope,
    details: parseDetails(row.details),
    client: {
      clientId: row.client_id,
      type: row.client_type,
      metadata: parseMetadata(row.client_metadata),
      redirectUris: parseStringList(row.client_redirect_uris),
    },
    person: toPerson(row),
  }
}

async function readPerson(db: D1Database, userId: string): Promise<Person | null> {
  const [[row]] = await run<[PersonRow]>(db, [
    statement(
      'person',
      { userId },
      () => sql`SELECT ${personColumns} FROM users u WHERE u.id = ${value('userId')} AND u.is_active = 1`,
    ),
  ])
  return row ? toPerson(row) : null
}

const profileText = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    emailVerified: row.verified === 1,
    profile: v.parse(profileText, row.profile),
    updatedAt: row.updated_at,
  }
}
