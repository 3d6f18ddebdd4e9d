import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach } from 'vitest'

const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\'`

let emptied: readonly D1PreparedStatement[] = []

// The runner keeps storage within a file; each test starts from an empty, migrated database. Its own `reset` returns before
// everything is gone when the machine is busy, so rows and keys are removed one store at a time.
beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { results } = await env.DB.prepare(TABLES).all<{ name: string }>()
  emptied = [
    env.DB.prepare('PRAGMA defer_foreign_keys = ON'),
    ...results.map(({ name }) => env.DB.prepare(`DELETE FROM ${name}`)),
  ]
})
beforeEach(async () => {
  await Promise.all([env.DB.batch([...emptied]), emptyNamespace(env.KV)])
})

async function emptyNamespace(kv: KVNamespace): Promise<void> {
  const { keys } = await kv.list()
  await Promise.all(keys.map(({ name }) => kv.delete(name)))
}
