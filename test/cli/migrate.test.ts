import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLocalD1, type OpenD1 } from '../../src/cli/local-d1.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { runWrangler } from '../../src/cli/wrangler.ts'
import { run } from '../../src/store/d1/run.ts'
import { createState } from './run-cli.ts'

const state = await createState()
let database: OpenD1
let folder: string
beforeAll(async () => {
  database = await openLocalD1(state.path)
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await cp('schema/migrations', folder, { recursive: true })
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true })
  await state.remove()
})

const add = (name: string, text: string) => writeFile(join(folder, name), text)

async function namesOf(table: string, like: string): Promise<readonly string[]> {
  const from = sql.raw(table)
  const [rows] = await run<[{ name: string }]>(database.db, [
    sql`SELECT name FROM ${from} WHERE name LIKE ${like}`,
  ])
  return rows.map(({ name }) => name)
}

describe('the migrations of a local database', () => {
  it('are recorded as wrangler records them, which has none left to apply', async () => {
    const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state.path]
    expect(await runWrangler(args)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No migrations to apply') as string,
    })
  })

  it('are applied whole or not at all, and again once one that failed is mended', async () => {
    await add('9000_pets.sql', 'CREATE TABLE pets (name text);\nCREATE TABLE pets (name text);\n')
    await add('9001_toys.sql', 'CREATE TABLE toys (name text);\n')
    const failed = migrate(database.db, folder)
    await expect(failed).rejects.toThrow(
      /^The migration 9000_pets\.sql could not be applied: .*already exists/,
    )
    expect(await namesOf('sqlite_master', 'pets')).toEqual([])
    expect(await namesOf('d1_migrations', '9%')).toEqual([])
    await add('9000_pets.sql', 'CREATE TABLE pets (name text);\n-- A comment; with a semicolon.\n')
    await migrate(database.db, folder)
    expect(await namesOf('d1_migrations', '9%')).toEqual(['9000_pets.sql', '9001_toys.sql'])
  })

  it('are applied once where two begin at the same moment', async () => {
    await add('9002_once.sql', "CREATE TABLE once (name text);\nINSERT INTO once (name) VALUES ('here');\n")
    await Promise.all([migrate(database.db, folder), migrate(database.db, folder)])
    expect(await namesOf('once', '%')).toEqual(['here'])
  })
})
