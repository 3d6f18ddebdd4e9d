import { sql, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import type { GrantDetails, IssuedTokens, IssueOutcome } from '../records.ts'
import { parseSubjectClient, subjectClientObject } from './client-rows.ts'
import { parsePerson, personObject } from './person-rows.ts'
import { value } from './run.ts'
import { parseStringList } from './string-list.ts'

/** What the statement that explains a commit finds. */
export interface VerdictRow {
  readonly authenticated: number
  readonly has_grant_type: number
  readonly user_lives: number
  readonly claim_holds: number
  readonly claim_spent: number | null
  readonly binding_holds: number
  readonly scope_allowed: number
  readonly resource_allowed: number
  readonly has_resources: number
}

/** A grant with its current tokens, as a commit returns it. */
export interface IssuedRow {
  readonly grant_id: string
  readonly sequence: number
  readonly scope: string
  readonly expires_at: number
  readonly client_id: string
  readonly user_id: string | null
  readonly auth_time: number | null
  readonly session_id: string | null
  readonly details: string | null
  readonly resource: string | null
  readonly refreshes: number
  readonly client: string | null
  readonly person: string | null
}

/** The client of the statement, for an ID token of a grant that no authorization request created. */
const idTokenClient = sql`CASE WHEN user_id IS NOT NULL AND json_extract(details, '$.openid') IS NULL
  AND instr(' ' || COALESCE(access_scope, scope) || ' ', ' openid ') > 0
  THEN (SELECT ${subjectClientObject} FROM clients o WHERE o.client_id = ${value('clientId')}) END`

/** The user of the grant, if claims about the user were requested in the ID token (OpenID Connect Core 5.5). */
const idTokenPerson = sql`CASE WHEN instr(json_extract(details, '$.claims.claims'), '"id_token"') > 0
  THEN (SELECT ${personObject} FROM users u WHERE u.id = user_id) END`

/**
 * Columns of an `IssuedRow`, in a statement over the grants alone, with the value `clientId`.
 * @param refreshes whether the answer has a refresh token, if that does not depend only on the grant
 */
export function issuedColumns(refreshes: SQL = sql`refresh_expires_at IS NOT NULL`): SQL {
  return sql`id AS grant_id, refresh_seq AS sequence, COALESCE(access_scope, scope) AS scope,
  access_expires_at AS expires_at, client_id AS client_id, user_id AS user_id, auth_time AS auth_time,
  session_id AS session_id, details AS details, access_resource AS resource, ${refreshes} AS refreshes,
  ${idTokenClient} AS client, ${idTokenPerson} AS person`
}

/** The id of the current access token of the grant `g`, for operators. */
export const accessTokenId = sql`(g.id || '.' || g.refresh_seq)`

const detailsOf = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

/** Parses the details in a column; null if there are none. */
export function parseDetails(json: string | null): GrantDetails | null {
  return json === null ? null : v.parse(detailsOf, json)
}

/**
 * Returns the resources that an access token is for.
 * @param narrowed JSON of those that its request named; null for all
 * of the grant's
 */
export function resourcesOf(narrowed: string | null, details: GrantDetails | null): readonly string[] {
  if (narrowed !== null) return parseStringList(narrowed)
  const held = details?.['resource']
  return Array.isArray(held) ? held.filter((uri: unknown) => typeof uri === 'string') : []
}

/** Returns the tokens of a row as the protocol sees them. */
export function toIssuedTokens(row: IssuedRow): IssuedTokens {
  const details = parseDetails(row.details)
  return {
    token: { grantId: row.grant_id, sequence: row.sequence },
    refreshes: row.refreshes === 1,
    scope: row.scope,
    expiresAt: row.expires_at,
    clientId: row.client_id,
    userId: row.user_id,
    authTime: row.auth_time,
    sessionId: row.session_id,
    details,
    resource: resourcesOf(row.resource, details),
    ...(row.client !== null && { client: parseSubjectClient(row.client) }),
    ...(row.person !== null && { person: parsePerson(row.person) }),
  }
}

/** Returns the outcome of a successful commit, whose single statement checked everything. */
export function success(row: IssuedRow): IssueOutcome {
  const verdict = {
    authenticated: true,
    hasGrantType: true,
    userLives: true,
    claimHolds: true,
    scopeAllowed: true,
  }
  return { verdict, issued: toIssuedTokens(row) }
}

/** Returns the outcome of a failed commit: the reasons, and the tokens of a lost reply. */
export function explained(verdict: VerdictRow | undefined, issued: IssuedRow | undefined): IssueOutcome {
  return {
    verdict: {
      authenticated: verdict?.authenticated === 1,
      hasGrantType: verdict?.has_grant_type === 1,
      userLives: verdict?.user_lives === 1,
      claimHolds: verdict?.claim_holds === 1,
      claimSpent: verdict?.claim_spent === 1,
      bindingHolds: verdict?.binding_holds === 1,
      scopeAllowed: verdict?.scope_allowed === 1,
      resourceAllowed: verdict?.resource_allowed === 1,
      hasResources: verdict?.has_resources === 1,
    },
    issued: issued ? toIssuedTokens(issued) : null,
  }
}
