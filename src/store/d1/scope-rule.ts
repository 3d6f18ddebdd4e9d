import { sql, type SQL } from 'drizzle-orm'
import type { ScopeRule } from '../records.ts'
import { jsonList } from './run.ts'

/** Every name of `wants` is among the space-separated names of the column `has`. */
export function covers(has: SQL, wants: string): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(wants.split(' '))})
    WHERE instr(' ' || ${has} || ' ', ' ' || json_each.value || ' ') = 0)`
}

/** The scope that the client `c` gets: what it asked for, else the default, else all that it may have. */
export function effectiveScope(rule: ScopeRule): SQL {
  if (rule.requested !== null) return sql`${rule.requested}`
  return sql`CASE WHEN c.scope IS NULL OR ${covers(sql`c.scope`, rule.fallback)} THEN ${rule.fallback} ELSE c.scope END`
}

/** Each scope that was asked for exists, and the client `c` may have it. */
export function scopeAllowed(rule: ScopeRule): SQL {
  if (rule.requested === null) return sql`1`
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(rule.requested.split(' '))}) w
    WHERE (w.value NOT IN ${jsonList(rule.known)} AND NOT EXISTS (SELECT 1 FROM scopes s WHERE s.name = w.value))
      OR (c.scope IS NOT NULL AND instr(' ' || c.scope || ' ', ' ' || w.value || ' ') = 0))`
}
