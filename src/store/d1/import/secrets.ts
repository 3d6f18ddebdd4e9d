import { sql, type SQL } from 'drizzle-orm'
import type { ClientProof, RequestMark } from '../../records.ts'
import { auditStatement } from '../audit.ts'
import { clientProven } from '../client-guard.ts'
import { run } from '../run.ts'

/** Condition: the secret `s` is stored as another provider's hash, which contains a character that our base64url never does. */
const imported = sql`instr(s.secret_hash, '$') > 0`

/** See `Store.readImportedSecret`. */
export async function readImportedSecret(
  db: D1Database,
  proof: ClientProof,
  now: number,
): Promise<{ proven: boolean; hash: string | null }> {
  const [rows] = await run<[{ proven: number; hash: string | null }]>(db, [
    sql`SELECT ${clientProven(proof, now)} AS proven, (SELECT s.secret_hash FROM client_secrets s
      JOIN clients c ON c.client_id = s.client_id AND c.disabled_at IS NULL
      WHERE s.client_id = ${proof.clientId} AND ${imported} AND (s.expires_at IS NULL OR s.expires_at > ${now})
      LIMIT 1) AS hash`,
  ])
  return { proven: rows[0]?.proven === 1, hash: rows[0]?.hash ?? null }
}

/** See `Store.replaceImportedSecret`. */
export async function replaceImportedSecret(
  db: D1Database,
  proof: ClientProof,
  importedHash: string,
  request: RequestMark,
): Promise<void> {
  if (proof.method !== 'secret') return
  const old = sql`s.client_id = ${proof.clientId} AND s.secret_hash = ${importedHash} AND ${imported}`
  const event = { type: 'client_secret_adopted', actor: null, clientId: proof.clientId } as const
  const statements: SQL[] = [
    auditStatement(event, request, sql`FROM client_secrets s WHERE ${old}`),
    sql`UPDATE OR REPLACE client_secrets AS s SET secret_hash = ${proof.secretHash} WHERE ${old}`,
  ]
  await run(db, statements)
}
