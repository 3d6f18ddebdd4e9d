import { sql } from 'drizzle-orm'
import type { ScopeAdmin, ScopeRecord } from '../../admin-store.ts'
import { auditStatement, auditWritten } from '../audit.ts'
import { run } from '../run.ts'

interface ScopeRow {
  readonly name: string
  readonly description: string
  readonly created_at: number
}

const toScope = ({ created_at, description, name }: ScopeRow): ScopeRecord => ({
  name,
  description,
  createdAt: created_at,
})

/** See `ScopeAdmin`. */
export function scopeAdmin(db: D1Database): ScopeAdmin {
  return {
    async createScope(name, description, mark) {
      const written = auditWritten('scope_created', mark)
      const [, , rows] = await run<[never, never, ScopeRow]>(db, [
        auditStatement(
          { type: 'scope_created', actor: mark.actor, subject: name },
          mark,
          sql`WHERE NOT EXISTS (SELECT 1 FROM scopes WHERE name = ${name})`,
        ),
        sql`INSERT INTO scopes (name, description, created_at) SELECT ${name}, ${description}, ${mark.now}
          WHERE ${written} ON CONFLICT DO NOTHING`,
        sql`SELECT name, description, created_at FROM scopes WHERE name = ${name} AND ${written}`,
      ])
      return rows[0] ? toScope(rows[0]) : null
    },
    async updateScope(name, description, mark) {
      const [, , rows] = await run<[never, never, ScopeRow]>(db, [
        auditStatement(
          { type: 'scope_updated', actor: mark.actor, subject: name },
          mark,
          sql`FROM scopes WHERE name = ${name} AND description <> ${description}`,
        ),
        sql`UPDATE scopes SET description = ${description} WHERE name = ${name}`,
        sql`SELECT name, description, created_at FROM scopes WHERE name = ${name}`,
      ])
      return rows[0] ? toScope(rows[0]) : null
    },
    async deleteScope(name, mark) {
      const [, , rows] = await run<[never, never, { written: number }]>(db, [
        auditStatement(
          { type: 'scope_deleted', actor: mark.actor, subject: name },
          mark,
          sql`FROM scopes WHERE name = ${name}`,
        ),
        sql`DELETE FROM scopes WHERE name = ${name}`,
        sql`SELECT ${auditWritten('scope_deleted', mark)} AS written`,
      ])
      return rows[0]?.written === 1
    },
  }
}
