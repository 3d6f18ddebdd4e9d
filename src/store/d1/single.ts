import { sql, type SQL } from 'drizzle-orm'
import type { IssueCommit } from '../records.ts'
import { issuedColumns } from './grant-rows.ts'
import {
  accessExpiresAt,
  firstRefreshExpiresAt,
  issueConditions,
  type IssueShape,
  issueValues,
  keptDetails,
  nameOf,
  shapeOf,
} from './issue-terms.ts'
import { type Rendered, statement, value } from './run.ts'

// OAUTH_SINGLE_ACCESS_TOKEN: one live access token for each user, client and scope. The grant that has it holds the key.

/** Condition: the access token of the grant is no longer valid, so its key is free. */
const isDead = sql`(revoked_at IS NOT NULL OR access_revoked_at IS NOT NULL OR access_expires_at IS NULL
  OR access_expires_at <= ${value('now')})`

/** Returns statements that create a grant, or find the one that has the valid token; the last one returns it. */
export function singleStatements(commit: IssueCommit): readonly Rendered[] {
  const shape = shapeOf(commit)
  const values = {
    ...issueValues(commit),
    // No part contains a line feed.
    owner: `${commit.userId ?? ''}\n${commit.proof.clientId}\n`,
    target: targetOf(commit),
  }
  const name = nameOf(shape)
  return [
    statement(`free single key ${name}`, values, () => {
      const held = sql`(SELECT ${keyOf(shape)} FROM clients c WHERE c.client_id = ${value('clientId')})`
      return sql`UPDATE grants SET single_key = NULL WHERE single_key = ${held} AND ${isDead}`
    }),
    statement(`insert single grant ${name}`, values, () => insertSingle(shape)),
    statement(`read single grant ${name}`, values, () => readSingle(shape)),
  ]
}

/** The part of the key for a token's resources; tokens for different resources are different tokens. */
function targetOf({ details, resource }: IssueCommit): string {
  const named = resource ?? details?.['resource']
  return named ? `\n${JSON.stringify(named)}` : ''
}

function keyOf(shape: IssueShape): SQL {
  return sql`(${value('owner')} || ${issueConditions(shape).givenScope} || ${value('target')})`
}

/** A code always creates a row, to detect its replay; if another grant has the valid token, the row has none. */
function insertSingle(shape: IssueShape): SQL {
  const { accessScope, all, scope } = issueConditions(shape)
  const needed = shape.claim === 'none' ? sql` AND h.id IS NULL` : sql``
  const refreshEnd = firstRefreshExpiresAt(shape)
  return sql`INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, session_id, details, access_scope, access_resource,
      refresh_op, refreshed_from, refresh_expires_at, access_expires_at, expires_at, created_at, single_key, tokens_of)
    SELECT ${value('grantId')}, ${value('userId')}, c.client_id, ${value('grantType')}, ${scope}, ${value('authTime')},
      ${value('sessionId')}, ${keptDetails}, ${accessScope}, ${value('accessResource')}, ${value('op')}, ${value('network')},
      CASE WHEN h.id IS NULL THEN ${refreshEnd} END, CASE WHEN h.id IS NULL THEN ${accessExpiresAt} END,
      max(${accessExpiresAt}, COALESCE(${refreshEnd}, 0), ${value('codeEnd')}), ${value('now')},
      CASE WHEN h.id IS NULL THEN ${keyOf(shape)} END, h.id
    FROM clients c LEFT JOIN grants h ON h.single_key = ${keyOf(shape)} WHERE ${all}${needed}
    ON CONFLICT (id) DO UPDATE SET refresh_op = excluded.refresh_op
      WHERE refresh_op = excluded.refresh_op AND revoked_at IS NULL`
}

/** Reads the current tokens: this request's, or the valid ones that existed already. */
function readSingle(shape: IssueShape): SQL {
  const { all } = issueConditions(shape)
  const client = sql`FROM clients c WHERE c.client_id = ${value('clientId')}`
  const refreshes = sql`(refresh_expires_at > ${value('now')} AND (SELECT ${firstRefreshExpiresAt(shape)} ${client}) IS NOT NULL)`
  const claimed =
    shape.claim === 'none'
      ? sql``
      : sql` AND EXISTS (SELECT 1 FROM grants x WHERE x.id = ${value('grantId')} AND x.refresh_op = ${value('op')}
          AND x.revoked_at IS NULL)`
  return sql`SELECT ${issuedColumns(sql`COALESCE(${refreshes}, 0)`)} FROM grants
    WHERE single_key = (SELECT ${keyOf(shape)} ${client}) AND NOT ${isDead}
      AND EXISTS (SELECT 1 FROM clients c WHERE ${all})${claimed}`
}

/**
 * The key of a refreshed access token of the grant `g`: that of its scope, unless another valid token has it.
 * @param
 * scope of the token
 */
export function refreshedKey(scope: SQL): SQL {
  const key = refreshedKeyText(scope)
  return sql`CASE WHEN NOT EXISTS (SELECT 1 FROM grants k WHERE k.single_key = ${key} AND k.id <> g.id) THEN ${key} END`
}

/** Frees the key for the refreshed token, if an invalid token of another grant holds it. */
export function freeRefreshedKey(grantId: SQL, scope: SQL): SQL {
  return sql`UPDATE grants SET single_key = NULL WHERE id <> ${grantId} AND ${isDead}
    AND single_key = (SELECT ${refreshedKeyText(scope)} FROM grants g JOIN clients c ON c.client_id = g.client_id
      WHERE g.id = ${grantId})`
}

function refreshedKeyText(scope: SQL): SQL {
  return sql`(g.user_id || char(10) || g.client_id || char(10) || ${scope}
    || COALESCE(char(10) || COALESCE(${value('accessResource')}, json_extract(g.details, '$.resource')), ''))`
}
