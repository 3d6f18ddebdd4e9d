import { sql, type SQL } from 'drizzle-orm'
import { ADMIN_SCOPE } from '../../scope.ts'
import type { ScopeRule } from '../records.ts'
import { type Values, value } from './statement.ts'

/** What fills the places of a scope rule. */
export function scopeValues({ fallback, known, requested }: ScopeRule): Values {
  return {
    requested,
    requestedNames: requested === null ? null : namesOf(requested),
    fallbackNames: namesOf(fallback),
    known: ` ${known.join(' ')} `,
  }
}

/** The names of a scope as a JSON array. */
function namesOf(scope: string): string {
  return JSON.stringify(scope.split(' ').filter(Boolean))
}

/** A column of names separated by spaces as a JSON array: no name holds a quotation mark or a backslash (RFC 6749 3.3). */
const columnNames = (column: SQL): SQL => sql`('["' || replace(${column}, ' ', '","') || '"]')`

const holds = (scope: SQL, name: SQL): SQL => sql`instr(' ' || ${scope} || ' ', ' ' || ${name} || ' ') > 0`

/** The name `w` exists, in the settings or in the table. */
const exists = sql`(instr(${value('known')}, ' ' || w.value || ' ') > 0
  OR EXISTS (SELECT 1 FROM scopes s WHERE s.name = w.value))`

const admin = sql.raw(`'${ADMIN_SCOPE}'`)

/** The name `w` exists, and the client `c` may have it: `admin` only where its own list names it. */
const isAllowed = sql`(((c.scope IS NULL AND w.value <> ${admin}) OR ${holds(sql`c.scope`, sql`w.value`)}) AND ${exists})`

/** Every name of a JSON array is among the space-separated names of a column. */
function covers(has: SQL, names: SQL): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${names}) w WHERE NOT ${holds(has, sql`w.value`)})`
}

/** Those of the names that exist and that the client `c` may have, in their order; NULL where none is left. */
function cut(names: SQL): SQL {
  return sql`(SELECT group_concat(w.value, ' ') FROM json_each(${names}) w WHERE ${isAllowed})`
}

/** One of the names is left: the first that is found tells. */
function isLeft(names: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${names}) w WHERE ${isAllowed})`
}

/** Which rule a statement goes by. */
export type ScopeShape =
  /** All that was asked for, or nothing. */
  | 'asked'
  /** What a code carries, as far as it is still allowed. */
  | 'carried'
  /** The default of the client `c`. */
  | 'default'

/** The rule for a commit that makes a grant. */
export function scopeShape(rule: ScopeRule, isCode: boolean): ScopeShape {
  if (rule.requested === null) return 'default'
  return isCode ? 'carried' : 'asked'
}

/** The names that a commit begins with, as a JSON array. */
function namesFor(shape: ScopeShape): SQL {
  if (shape !== 'default') return value('requestedNames')
  // Nobody gets `admin` who does not name it.
  return sql`CASE WHEN c.scope IS NULL OR ${covers(sql`c.scope`, value('fallbackNames'))}
    THEN ${value('fallbackNames')}
    ELSE (SELECT json_group_array(n.value) FROM json_each(${columnNames(sql`c.scope`)}) n WHERE n.value <> ${admin}) END`
}

/** The scope that the client `c` gets, if `scopeAllowed` holds. */
export function givenScope(shape: ScopeShape): SQL {
  return shape === 'asked' ? value('requested') : cut(namesFor(shape))
}

/** The client `c` gets a scope. */
export function scopeAllowed(shape: ScopeShape): SQL {
  if (shape !== 'asked') return isLeft(namesFor(shape))
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${value('requestedNames')}) w WHERE NOT ${isAllowed})`
}

/** What a refresh begins with: what was asked for, or all of the grant `g`. */
function refreshedNames(isAsked: boolean): SQL {
  return isAsked ? value('requestedNames') : columnNames(sql`g.scope`)
}

/** The scope of a refreshed access token, if `refreshAllowed` holds: as much as the client `c` may still have. */
export function refreshedScope(isAsked: boolean): SQL {
  return cut(refreshedNames(isAsked))
}

/** Something is left of the scope for a refreshed access token. */
export function refreshAllowed(isAsked: boolean): SQL {
  return isLeft(refreshedNames(isAsked))
}

/** What was asked for lies within the grant `g` (RFC 6749 6). */
export function withinGrant(isAsked: boolean): SQL {
  return isAsked ? covers(sql`g.scope`, value('requestedNames')) : sql`1`
}
