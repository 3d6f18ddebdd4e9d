import { sql, type SQL } from 'drizzle-orm'
import { ADMIN_SCOPE } from '../../scope.ts'
import { value } from './run.ts'

// The scope that an issuing statement grants to the client `c`; the values are those of `scopeValues`.

/** The rule that a statement follows. */
export type ScopeShape =
  /** Everything that was requested, or nothing. */
  | 'asked'
  /** The scope of a code, as far as it is still allowed. */
  | 'carried'
  /** The default of the client `c`. */
  | 'default'

/** The parts of an issuing statement's shape that determine its scope. */
export interface ScopeTerms {
  readonly scope: ScopeShape
  /** Whether the tokens' resources accept only certain scopes. */
  readonly isWithin: boolean
}

/** A column of names separated by spaces as a JSON array: no name contains a quotation mark or a backslash (RFC 6749 3.3). */
const columnNames = (column: SQL): SQL => sql`('["' || replace(${column}, ' ', '","') || '"]')`

const holds = (scope: SQL, name: SQL): SQL => sql`instr(' ' || ${scope} || ' ', ' ' || ${name} || ' ') > 0`

/** Condition: the name `w` exists, in the settings or in the table. */
const exists = sql`(instr(${value('known')}, ' ' || w.value || ' ') > 0
  OR EXISTS (SELECT 1 FROM scopes s WHERE s.name = w.value))`

const admin = sql.raw(`'${ADMIN_SCOPE}'`)

/** Condition: the name `w` exists, and the client `c` may have it; `admin` only if its own list names it. */
const mayHave = sql`(((c.scope IS NULL AND w.value <> ${admin}) OR ${holds(sql`c.scope`, sql`w.value`)}) AND ${exists})`

/** Condition: the same, and the tokens' resources accept it, if there are any. */
const isAllowed = (isWithin: boolean): SQL =>
  isWithin ? sql`(${mayHave} AND instr(${value('within')}, ' ' || w.value || ' ') > 0)` : mayHave

/** Condition: every name of a JSON array is among the space-separated names of a column. */
function covers(has: SQL, names: SQL): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${names}) w WHERE NOT ${holds(has, sql`w.value`)})`
}

/** The names that exist and that the client `c` may have, in order; NULL if none is left. */
function cut(names: SQL, isWithin: boolean): SQL {
  return sql`(SELECT group_concat(w.value, ' ') FROM json_each(${names}) w WHERE ${isAllowed(isWithin)})`
}

/** Condition: at least one of the names is left. */
function isLeft(names: SQL, isWithin: boolean): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${names}) w WHERE ${isAllowed(isWithin)})`
}

/** The names that a commit starts with, as a JSON array. */
function namesFor(shape: ScopeShape): SQL {
  if (shape !== 'default') return value('requestedNames')
  // `admin` must be requested by name.
  return sql`CASE WHEN c.scope IS NULL OR ${covers(sql`c.scope`, value('fallbackNames'))}
    THEN ${value('fallbackNames')}
    ELSE (SELECT json_group_array(n.value) FROM json_each(${columnNames(sql`c.scope`)}) n WHERE n.value <> ${admin}) END`
}

/** The scope that the client `c` gets, if `scopeAllowed` holds. */
export function givenScope({ isWithin, scope }: ScopeTerms): SQL {
  return scope === 'asked' ? value('requested') : cut(namesFor(scope), isWithin)
}

/** Condition: the client `c` gets a scope. */
export function scopeAllowed({ isWithin, scope }: ScopeTerms): SQL {
  if (scope !== 'asked') return isLeft(namesFor(scope), isWithin)
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${value('requestedNames')}) w WHERE NOT ${isAllowed(isWithin)})`
}

/** What the text of a refreshing statement depends on. */
export interface RefreshShape {
  /** Whether the request names a scope. */
  readonly isAsked: boolean
  readonly isWithin: boolean
  /** Whether the request names resources. */
  readonly isNarrowed: boolean
}

/** The names that a refresh starts with: the requested ones, or all of the grant `g`. */
function refreshedNames({ isAsked }: RefreshShape): SQL {
  return isAsked ? value('requestedNames') : columnNames(sql`g.scope`)
}

/** The scope of a refreshed access token, if `refreshAllowed` holds: as much as the client `c` may still have. */
export function refreshedScope(shape: RefreshShape): SQL {
  return cut(refreshedNames(shape), shape.isWithin)
}

/** Condition: something is left of the scope for a refreshed access token. */
export function refreshAllowed(shape: RefreshShape): SQL {
  return isLeft(refreshedNames(shape), shape.isWithin)
}

/** Condition: the requested scope is within the grant `g` (RFC 6749 6). */
export function withinGrant({ isAsked }: RefreshShape): SQL {
  return isAsked ? covers(sql`g.scope`, value('requestedNames')) : sql`1`
}

/** Condition: the requested resources are among those of the grant `g` (RFC 8707 2.2). */
export function withinResources({ isNarrowed }: RefreshShape): SQL {
  if (!isNarrowed) return sql`1`
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${value('accessResource')}) r
    WHERE r.value NOT IN (SELECT d.value FROM json_each(g.details, '$.resource') d))`
}
