import { globSync, readFileSync } from 'node:fs'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import * as schema from '../../schema/index.ts'
import { rowsAtRisk } from './rows-at-risk.ts'

const tables = Object.values(schema).filter((value) => is(value, SQLiteTable))
const migrations = globSync('schema/migrations/*.sql').toSorted()

describe('the migrations', () => {
  /* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-argument, typescript/no-unsafe-member-access -- drizzle-kit's types lean on drivers that are not installed */
  it('make the schema: nothing is left to generate', async () => {
    const last = globSync('schema/migrations/meta/*_snapshot.json').toSorted().at(-1) ?? ''
    const snapshot = JSON.parse(readFileSync(last, 'utf8')) as Awaited<
      ReturnType<typeof generateSQLiteDrizzleJson>
    >
    const current = await generateSQLiteDrizzleJson(schema, snapshot.id)
    expect(await generateSQLiteMigration(snapshot, current)).toEqual([])
  })
  /* oxlint-enable typescript/no-unsafe-assignment, typescript/no-unsafe-argument, typescript/no-unsafe-member-access */

  it.each(migrations)('%s loses no rows', (file) => {
    expect(rowsAtRisk(readFileSync(file, 'utf8'))).toBeNull()
  })

  it('are refused where they rebuild a table as drizzle-kit writes it, or drop what holds rows', () => {
    const rebuild = `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_users\` (\`id\` text PRIMARY KEY NOT NULL);--> statement-breakpoint
INSERT INTO \`__new_users\`("id") SELECT "id" FROM \`users\`;--> statement-breakpoint
DROP TABLE \`users\`;--> statement-breakpoint
ALTER TABLE \`__new_users\` RENAME TO \`users\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;`
    expect(rowsAtRisk(rebuild)).toContain('foreign_keys')
    expect(rowsAtRisk(rebuild.replace('OFF', 'off'))).toContain('foreign_keys')
    expect(rowsAtRisk('DROP TABLE `users`;')).toContain('DROP TABLE')
    const moved = 'INSERT INTO `people` SELECT `id` FROM `users`;'
    expect(rowsAtRisk(`${moved} DROP TABLE \`users\`;`)).toBeNull()
    expect(rowsAtRisk(`DROP TABLE \`users\`; ${moved}`)).toContain('DROP TABLE users')
    expect(rowsAtRisk(`${moved} DROP TABLE \`users\`; DROP TABLE \`clients\`;`)).toContain(
      'DROP TABLE clients',
    )
    expect(rowsAtRisk('ALTER TABLE `users` DROP COLUMN `email`;')).toContain('DROP COLUMN')
    expect(rowsAtRisk('DELETE FROM users;')).toContain('DELETE')
    const safe = rebuild
      .replace('PRAGMA foreign_keys=OFF', 'PRAGMA defer_foreign_keys=ON')
      .replace('PRAGMA foreign_keys=ON', 'PRAGMA defer_foreign_keys=OFF')
    expect(rowsAtRisk(safe)).toBeNull()
  })
})

describe('foreign keys', () => {
  const keys = tables.flatMap((table) => {
    const config = getTableConfig(table)
    return config.foreignKeys.map((key) => {
      const reference = key.reference()
      const [column] = reference.columns
      return {
        table: config.name,
        column: column?.name ?? '',
        onDelete: key.onDelete,
        onUpdate: key.onUpdate,
      }
    })
  })

  it('are there', () => {
    expect(keys.length).toBeGreaterThan(5)
  })

  it.each(keys)('$table.$column deletes nothing by itself', ({ onDelete, onUpdate }) => {
    expect([onDelete ?? 'no action', onUpdate ?? 'no action']).toEqual(['no action', 'no action'])
  })

  it.each(keys)('$table.$column is found by an index', ({ column, table }) => {
    const sql = migrations.map((file) => readFileSync(file, 'utf8')).join('\n')
    const indexed = new RegExp(`CREATE (?:UNIQUE )?INDEX \`\\w+\` ON \`${table}\` \\(\`${column}\``).test(sql)
    const [, body = ''] = new RegExp(`CREATE TABLE \`${table}\` \\(([^;]*)\\);`).exec(sql) ?? []
    const primary = new RegExp(`PRIMARY KEY\\(\`${column}\`|\`${column}\` text PRIMARY KEY`).test(body)
    expect(indexed || primary).toBe(true)
  })
})
