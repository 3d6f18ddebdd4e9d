import { sql } from 'drizzle-orm'
import type { OpenIdStore, UserInfoRecords } from '../openid-store.ts'
import type { AccessTokenName, Person } from '../records.ts'
import { parseSubjectClient, subjectClientObject } from './client-rows.ts'
import { parseDetails } from './grant-rows.ts'
import { createLogoutNoticeStore } from './logout-notices.ts'
import { parsePerson, personObject } from './person-rows.ts'
import { saveProfile } from './profile.ts'
import { liveGrants } from './read-tokens.ts'
import { run } from './run.ts'
import { statement, value } from './run.ts'
import { createSigningKeyStore } from './signing-keys.ts'

interface UserInfoRow {
  readonly scope: string
  readonly details: string | null
  readonly client: string
  readonly person: string
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
      () => sql`SELECT COALESCE(g.access_scope, g.scope) AS scope, g.details AS details,
          ${subjectClientObject} AS client, ${personObject} AS person
        ${liveGrants(sequence === null)} AND u.id IS NOT NULL`,
    ),
  ])
  if (!row) return null
  return {
    scope: row.scope,
    details: parseDetails(row.details),
    client: parseSubjectClient(row.client),
    person: parsePerson(row.person),
  }
}

async function readPerson(db: D1Database, userId: string): Promise<Person | null> {
  const [[row]] = await run<[{ readonly person: string }]>(db, [
    statement(
      'person',
      { userId },
      () =>
        sql`SELECT ${personObject} AS person FROM users u WHERE u.id = ${value('userId')} AND u.is_active = 1`,
    ),
  ])
  return row ? parsePerson(row.person) : null
}
