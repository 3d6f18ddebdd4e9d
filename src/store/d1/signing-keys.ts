import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark } from '../admin-store.ts'
import type {
  NewSigningKey,
  SigningKeyAddition,
  SigningKeyRecord,
  SigningKeyRotation,
  SigningKeySet,
  SigningKeyStore,
} from '../signing-keys.ts'
import { auditStatement, auditSubject } from './audit.ts'
import { jsonList, run } from './run.ts'

/** Creates the storage of signing keys, in D1. */
export function createSigningKeyStore(db: D1Database): SigningKeyStore {
  return {
    readSigningKeys: (now) => readSigningKeys(db, now),
    addSigningKeys: (addition, now) => addSigningKeys(db, addition, now),
    rotateSigningKeys: (rotation, mark) => rotateSigningKeys(db, rotation, mark),
    purgeSigningKeys: (now) => purgeSigningKeys(db, now),
  }
}

interface SaltRow {
  readonly salt: string
}

function published(now: number): SQL[] {
  return [
    sql`SELECT kid, algorithm, state, public_key AS publicKey, sealed_private_key AS sealedPrivateKey,
        created_at AS createdAt, activated_at AS activatedAt, retired_at AS retiredAt, published_until AS publishedUntil
      FROM signing_keys WHERE published_until IS NULL OR published_until > ${now} ORDER BY created_at DESC, kid`,
    sql`SELECT salt FROM pairwise_salt WHERE id = 1`,
  ]
}

function toKeySet(keys: readonly SigningKeyRecord[], [row]: readonly SaltRow[]): SigningKeySet {
  return { keys, pairwiseSalt: row?.salt ?? null }
}

async function readSigningKeys(db: D1Database, now: number): Promise<SigningKeySet> {
  const [keys, salt] = await run<[SigningKeyRecord, SaltRow]>(db, published(now))
  return toKeySet(keys, salt)
}

async function addSigningKeys(
  db: D1Database,
  { keys, pairwiseSalt, publishUntil, retire }: SigningKeyAddition,
  now: number,
): Promise<SigningKeySet> {
  const rows = await run<readonly (SigningKeyRecord & SaltRow)[]>(db, [
    sql`UPDATE signing_keys SET state = 'retired', retired_at = ${now}, published_until = ${publishUntil}
      WHERE kid IN ${jsonList(retire)} AND state <> 'retired'`,
    ...keys.map((key) => insertKey(key, now)),
    sql`INSERT INTO pairwise_salt (id, salt, created_at) VALUES (1, ${pairwiseSalt}, ${now}) ON CONFLICT DO NOTHING`,
    ...published(now),
  ])
  return toKeySet(rows.at(-2) ?? [], rows.at(-1) ?? [])
}

function insertKey(key: NewSigningKey, now: number): SQL {
  const activatedAt = key.state === 'active' ? now : null
  return sql`INSERT INTO signing_keys (kid, algorithm, state, public_key, sealed_private_key, created_at, activated_at)
    VALUES (${key.kid}, ${key.algorithm}, ${key.state}, ${key.publicKey}, ${key.sealedPrivateKey}, ${now}, ${activatedAt})
    ON CONFLICT DO NOTHING`
}

async function rotateSigningKeys(
  db: D1Database,
  { activatedBy, createdBy, publishUntil }: SigningKeyRotation,
  mark: OperatorMark,
): Promise<readonly string[]> {
  const ready = sql`n.state = 'next' AND n.created_at <= ${createdBy}`
  const [, , , written] = await run<[object, object, object, { kids: string | null }]>(db, [
    sql`UPDATE signing_keys SET state = 'retired', retired_at = ${mark.now}, published_until = ${publishUntil}
      WHERE state = 'active' AND activated_at <= ${activatedBy}
      AND EXISTS (SELECT 1 FROM signing_keys n WHERE n.algorithm = signing_keys.algorithm AND ${ready})`,
    auditStatement(
      { type: 'signing_keys_rotated', actor: mark.actor, subject: sql`group_concat(n.kid, ' ')` },
      mark,
      sql`FROM signing_keys n WHERE ${ready} AND NOT EXISTS (
        SELECT 1 FROM signing_keys a WHERE a.algorithm = n.algorithm AND a.state = 'active') HAVING count(*) > 0`,
    ),
    sql`UPDATE signing_keys AS n SET state = 'active', activated_at = ${mark.now} WHERE ${ready} AND NOT EXISTS (
      SELECT 1 FROM signing_keys a WHERE a.algorithm = n.algorithm AND a.state = 'active')`,
    sql`SELECT ${auditSubject('signing_keys_rotated', mark)} AS kids`,
  ])
  return written[0]?.kids?.split(' ') ?? []
}

async function purgeSigningKeys(db: D1Database, now: number): Promise<number> {
  const [removed] = await run<[object]>(db, [
    sql`DELETE FROM signing_keys WHERE published_until <= ${now} RETURNING kid`,
  ])
  return removed.length
}
