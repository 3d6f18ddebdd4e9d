import { sql } from 'drizzle-orm'
import type { KnownResource } from '../../concepts.ts'
import type { ResourceRecord, ResourceStore } from '../resource-store.ts'
import { auditStatement, auditWritten } from './audit.ts'
import { run } from './run.ts'

interface WrittenRow {
  readonly written: number
}

/** Creates the storage of protected resources, in D1. */
export function createResourceStore(db: D1Database): ResourceStore {
  return {
    async listResources() {
      const [rows] = await run<[ResourceRecord]>(db, [
        sql`SELECT identifier, name, scope, token_format AS tokenFormat,
            access_token_lifetime AS accessTokenLifetime, created_at AS createdAt
          FROM resources WHERE identifier > '' ORDER BY identifier`,
      ])
      return rows
    },
    async createResource(resource, known, mark) {
      const { accessTokenLifetime, identifier, name, scope, tokenFormat } = resource
      const written = auditWritten('resource_created', mark)
      const [, , rows] = await run<[never, never, WrittenRow]>(db, [
        auditStatement(
          { type: 'resource_created', actor: mark.actor, subject: identifier },
          mark,
          sql`WHERE NOT EXISTS (SELECT 1 FROM resources
            WHERE identifier NOT IN (SELECT value FROM json_each(${JSON.stringify(known)})))`,
        ),
        sql`INSERT INTO resources (identifier, name, scope, token_format, access_token_lifetime, created_at, updated_at)
          SELECT ${identifier}, ${name}, ${scope}, ${tokenFormat}, ${accessTokenLifetime}, ${mark.now}, ${mark.now}
          WHERE ${written} ON CONFLICT DO NOTHING`,
        sql`SELECT ${written} AS written`,
      ])
      return rows[0]?.written === 1
    },
    async updateResource({ accessTokenLifetime, identifier, name, scope, tokenFormat }: KnownResource, mark) {
      const [, , rows] = await run<[never, never, WrittenRow]>(db, [
        auditStatement(
          { type: 'resource_updated', actor: mark.actor, subject: identifier },
          mark,
          sql`FROM resources WHERE identifier = ${identifier}`,
        ),
        sql`UPDATE resources SET name = ${name}, scope = ${scope}, token_format = ${tokenFormat},
          access_token_lifetime = ${accessTokenLifetime}, updated_at = ${mark.now} WHERE identifier = ${identifier}`,
        sql`SELECT ${auditWritten('resource_updated', mark)} AS written`,
      ])
      return rows[0]?.written === 1
    },
    async deleteResource(identifier, mark) {
      const [, , rows] = await run<[never, never, WrittenRow]>(db, [
        auditStatement(
          { type: 'resource_deleted', actor: mark.actor, subject: identifier },
          mark,
          sql`FROM resources WHERE identifier = ${identifier}`,
        ),
        sql`DELETE FROM resources WHERE identifier = ${identifier}`,
        sql`SELECT ${auditWritten('resource_deleted', mark)} AS written`,
      ])
      return rows[0]?.written === 1
    },
  }
}
