import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach } from 'vitest'

// The runner keeps storage within a file; each test starts from an empty, migrated database. Its own `reset` returns before
// everything is gone when the machine is busy, so rows and keys are removed one store at a time.
beforeEach(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  await Promise.all([emptyDatabase(env.DB), emptyNamespace(env.KV)])
})

async function emptyDatabase(db: D1Database): Promise<void> {
  const tables = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\'`
  const { results } = await db.prepare(tables).all<{ name: string }>()
  await db.batch([
    db.prepare('PRAGMA defer_foreign_keys = ON'),
    ...results.map(({ name }) => db.prepare(`DELETE FROM ${name}`)),
  ])
}

async function emptyNamespace(kv: KVNamespace): Promise<void> {
  const { keys } = await kv.list()
  await Promise.all(keys.map(({ name }) => kv.delete(name)))
}
