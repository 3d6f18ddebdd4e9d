import { sql, type SQL } from 'drizzle-orm'

/** How an id of ours looks; whatever does not is an alias: of the first format, or of another provider. */
const OURS = /^[0-9a-f]{32}$/

/** Tells whether an id is a grant's own, or an alias that leads to one. */
export function isAlias(id: string): boolean {
  return !OURS.test(id)
}

/** The id of the grant that a token names; NULL where an alias leads nowhere. */
export function grantIdOf(id: string): SQL {
  return isAlias(id) ? aliasTarget(sql`${id}`) : sql`${id}`
}

/** The grant that an alias leads to. */
export function aliasTarget(alias: SQL): SQL {
  return sql`(SELECT k.grant_id FROM token_aliases k WHERE k.id = ${alias})`
}
