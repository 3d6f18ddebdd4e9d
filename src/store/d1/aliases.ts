import { sql, type SQL } from 'drizzle-orm'

/** The format of our ids; anything else is an alias, of the first format or of another provider. */
const OURS = /^[0-9a-f]{32}$/

/** Returns whether an id is an alias that refers to a grant, rather than the grant's own. */
export function isAlias(id: string): boolean {
  return !OURS.test(id)
}

/** The id of the grant that a token names; NULL if an alias refers to nothing. */
export function grantIdOf(id: string): SQL {
  return isAlias(id) ? aliasTarget(sql`${id}`) : sql`${id}`
}

/** The grant that an alias refers to. */
export function aliasTarget(alias: SQL): SQL {
  return sql`(SELECT k.grant_id FROM token_aliases k WHERE k.id = ${alias})`
}
