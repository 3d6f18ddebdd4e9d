import { sql, type SQL } from 'drizzle-orm'
import { run } from '../run.ts'

/** Condition: an earlier import has brought the record with this id. */
export function wasBrought(id: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM imported_records r WHERE r.id = ${id})`
}

/** See `ImportStore.readImported`. */
export async function readImported(db: D1Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const [rows] = await run<[{ id: string }]>(db, [
    sql`SELECT r.id AS id FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN imported_records r ON r.id = j.value`,
  ])
  return new Set(rows.map(({ id }) => id))
}

/** See `ImportStore.rememberImported`. */
export async function rememberImported(db: D1Database, ids: readonly string[]): Promise<void> {
  await run(db, [
    sql`INSERT INTO imported_records (id) SELECT j.value FROM json_each(${JSON.stringify(ids)}) j WHERE true
      ON CONFLICT DO NOTHING`,
  ])
}

/**
 * Remembers which incoming users exist here, and their natural keys in the source. A name refers to the user who has it in
 * the source now, or to nobody if that user was not imported.
 */
export function rememberUsers(records: SQL): readonly SQL[] {
  return [
    sql`UPDATE imported_records SET name_id = NULL WHERE id IN
      (SELECT r.id FROM ${records} i CROSS JOIN imported_records r ON r.name_id = i.nameId WHERE r.id <> i.id)`,
    sql`INSERT INTO imported_records (id, name_id) SELECT i.id, i.nameId FROM ${records} i CROSS JOIN users u ON u.id = i.id
      WHERE true ON CONFLICT (id) DO UPDATE SET name_id = excluded.name_id WHERE name_id IS NOT excluded.name_id`,
  ]
}
