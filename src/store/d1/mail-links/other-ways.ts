import { sql, type SQL } from 'drizzle-orm'
import type { OtherWay } from '../../mail-links.ts'
import type { RequestMark, SessionRule } from '../../records.ts'
import { auditStatement } from '../audit.ts'

type Demand = SessionRule['secondFactor']

/** The user `u` has a required second factor even without passkeys, or needs none: otherwise mail alone must not remove them. */
function maySpare(demand: Demand): SQL {
  if (demand !== 'everybody' && demand !== 'staff') return sql`1`
  return sql`(u.second_factor_at IS NOT NULL OR ${demand === 'staff' ? sql`u.is_staff = 0` : sql`0`})`
}

/** The id of a link `k` among the ways of its user; no passkey has a space in its own. */
const linkId = sql`(k.provider_id || ' ' || k.subject)`

/** Reads the ways to sign in of the user `u`, besides the password, that a link may remove. */
export function readOtherWays(user: SQL, demand: Demand): SQL {
  return sql`SELECT k.credential_id AS id, 'passkey' AS kind, k.name AS name, NULL AS provider, k.created_at AS since
      FROM passkeys k JOIN users u ON u.id = k.user_id WHERE ${user} AND ${maySpare(demand)}
    UNION ALL SELECT ${linkId}, 'linked_account', k.label, e.name, k.linked_at FROM linked_accounts k
      JOIN sign_in_providers e ON e.id = k.provider_id AND e.issuer = k.issuer JOIN users u ON u.id = k.user_id WHERE ${user}
    ORDER BY since, id`
}

/** A FROM of one row `n` with all names; of none where there are none. */
function named(names: SQL, which: SQL): SQL {
  return sql`FROM (SELECT group_concat(${names}, ', ') AS names ${which}) n WHERE n.names IS NOT NULL`
}

/**
 * Removes the passkeys and connected accounts of the user `u` that are not kept, whoever has added them, and whenever.
 * @param keeps ids of those that stay
 */
export function endOtherWays(
  user: SQL,
  demand: Demand,
  keeps: readonly OtherWay['id'][],
  actor: string,
  request: RequestMark,
): SQL[] {
  const kept = sql`(SELECT j.value FROM json_each(${JSON.stringify(keeps)}) j)`
  const passkeys = sql`k.user_id = (SELECT u.id FROM users u WHERE ${user} AND ${maySpare(demand)}) AND k.credential_id NOT IN ${kept}`
  const links = sql`k.user_id = (SELECT u.id FROM users u WHERE ${user}) AND ${linkId} NOT IN ${kept}`
  const event = { actor, userId: actor, subject: sql`n.names` }
  return [
    auditStatement(
      { type: 'passkey_removed', ...event },
      request,
      named(sql`k.name`, sql`FROM passkeys k WHERE ${passkeys}`),
    ),
    auditStatement(
      { type: 'account_unlinked', ...event },
      request,
      named(sql`k.provider_id`, sql`FROM linked_accounts k WHERE ${links}`),
    ),
    sql`DELETE FROM passkeys AS k WHERE ${passkeys}`,
    sql`DELETE FROM linked_accounts AS k WHERE ${links}`,
  ]
}
